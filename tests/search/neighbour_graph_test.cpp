// The graph finds what the scan finds, and a damaged one is no graph.
#include "search/neighbour_graph.h"

#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "search/vectors.h"

namespace tandem_test {
namespace {

using namespace tandem;

#define TANDEM_NEEDS_FAISS() \
  if (std::string why; faiss_library_path(&why).empty()) GTEST_SKIP() << why

TEST(NeighbourGraph, FindsNearlyAllWithExactScores) {
  TANDEM_NEEDS_FAISS();
  const ScratchFolder folder;
  const VectorFile file = file_of(folder.path("v"), random_embeddings(3000, 24, 1));
  build_graph(file, graph_path(file));
  const auto graph = open_graph(file, graph_path(file));
  ASSERT_TRUE(graph);
  const Embeddings queries = random_embeddings(40, 24, 2);
  const auto exact = scan(file, queries, 10);
  int found = 0;
  for (int64_t q = 0; q < 40; ++q) {
    std::set<std::pair<int64_t, float>> wanted;
    for (const auto& hit : exact[q]) wanted.insert({hit.row, hit.score});
    const auto hits = graph->nearest(queries.row(q), 10, 200);
    ASSERT_EQ(hits.size(), 10u);
    for (size_t i = 0; i < hits.size(); ++i) {
      for (const auto& [row, score] : wanted)
        if (row == hits[i].row) {
          ++found;
          EXPECT_EQ(score, hits[i].score);
        }
      if (i > 0) {
        EXPECT_TRUE(better(hits[i - 1], hits[i]));
      }
    }
  }
  EXPECT_GE(found, 380);  // of 400
}

TEST(NeighbourGraph, OfOtherVectorsIsNone) {
  TANDEM_NEEDS_FAISS();
  const ScratchFolder folder;
  const VectorFile file = file_of(folder.path("v"), random_embeddings(100, 16, 1));
  build_graph(file, graph_path(file));
  const VectorFile fewer = file_of(folder.path("w"), random_embeddings(99, 16, 1));
  EXPECT_FALSE(open_graph(fewer, graph_path(file)));
  EXPECT_FALSE(open_graph(file, folder.path("missing")));
}

TEST(NeighbourGraph, DamageIsNoGraph) {
  TANDEM_NEEDS_FAISS();
  const ScratchFolder folder;
  const VectorFile file = file_of(folder.path("v"), random_embeddings(60, 16, 1));
  build_graph(file, graph_path(file), {.links = 4, .effort = 20});
  const std::string whole = read_file(graph_path(file));
  ASSERT_TRUE(open_graph(file, folder.write("g", whole)));
  for (size_t at = 0; at < whole.size(); at += at < 100 ? 1 : 53) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 64);
    EXPECT_FALSE(open_graph(file, folder.write("g", damaged))) << at;
    EXPECT_FALSE(open_graph(file, folder.write("g", whole.substr(0, at)))) << at;
  }
}

TEST(NeighbourGraph, IsBuiltOverFloatsAlone) {
  const ScratchFolder folder;
  const VectorFile file =
      file_of(folder.path("v"), random_embeddings(5, 16, 1), VectorFormat::int8);
  EXPECT_NE(refusal([&] { build_graph(file, graph_path(file)); }), "");
}

}  // namespace
}  // namespace tandem_test
