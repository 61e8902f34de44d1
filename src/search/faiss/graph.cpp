// libtandem-faiss.so: building and searching the graph.
#include <faiss/IndexHNSW.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/impl/FaissException.h>
#include <omp.h>

#include <algorithm>
#include <limits>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "kernels/scan_kernels.h"
#include "search/faiss/graph_file.h"
#include "search/neighbour_graph.h"

namespace tandem {
namespace {

/// 1 - cosine of rows that stay where they are. Queries are padded and aligned as rows are.
struct RowDistances final : faiss::DistanceComputer {
  explicit RowDistances(const VectorFile& file)
      : vectors(file), floats(cpu::chosen_scan_kernels().floats) {}

  float score(const float* a, const float* b) const {
    float sum = 0;
    floats({.rows = &a,
            .row_count = 1,
            .queries = b,
            .query_count = 1,
            .width = vectors.stride(),
            .scores = &sum});
    return sum;
  }
  void set_query(const float* x) override { query = x; }
  float operator()(idx_t i) override { return 1 - score(vectors.floats(i), query); }
  float symmetric_dis(idx_t i, idx_t j) override {
    return 1 - score(vectors.floats(i), vectors.floats(j));
  }

  const VectorFile& vectors;
  decltype(cpu::ScanKernels::floats) floats;
  const float* query = nullptr;
};

/// What faiss asks its storage for while it builds.
struct Rows final : faiss::Index {
  explicit Rows(const VectorFile& file) : Index(static_cast<idx_t>(file.stride())), vectors(file) {}
  void add(idx_t n, const float*) override { ntotal += n; }
  void reset() override { ntotal = 0; }
  void search(idx_t, const float*, idx_t, float*, idx_t*,
              const faiss::SearchParameters*) const override {
    fail(ErrorKind::unsupported, "rows are searched by their graph alone");
  }
  faiss::DistanceComputer* get_distance_computer() const override {
    return new RowDistances(vectors);
  }
  const VectorFile& vectors;
};

struct StopWhenAsked final : faiss::InterruptCallback {
  bool want_interrupt() override { return interrupt_requested(); }
};

class FaissGraph final : public NeighbourGraph {
 public:
  FaissGraph(faiss::HNSW graph, const VectorFile& vectors)
      : graph_(std::move(graph)), vectors_(vectors) {}

  std::vector<Hit> nearest(std::span<const float> query, size_t count,
                           size_t effort) const override {
    std::vector<Hit> hits;
    // All candidates are asked for: faiss 1.7.3 keeps as many as it returns, whatever its
    // parameters.
    const auto wanted = std::min(std::max(count, effort), static_cast<size_t>(vectors_.rows()));
    if (count == 0 || wanted == 0) return hits;
    const auto stride = static_cast<size_t>(vectors_.stride());
    std::vector<float> room(stride + 16);
    auto* padded =
        reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(room.data()) + 63) / 64 * 64);
    std::copy(query.begin(), query.end(), padded);
    RowDistances distances(vectors_);
    distances.set_query(padded);
    faiss::VisitedTable visited(static_cast<int>(vectors_.rows()));
    faiss::SearchParametersHNSW parameters;
    parameters.efSearch = static_cast<int>(wanted);
    std::vector<faiss::Index::idx_t> rows(wanted, -1);
    // A heap whose worst stands first, as faiss's own callers prepare it.
    std::vector<float> apart(wanted, std::numeric_limits<float>::max());
    graph_.search(distances, static_cast<int>(wanted), rows.data(), apart.data(), visited,
                  &parameters);
    for (size_t i = 0; i < wanted; ++i)
      if (rows[i] >= 0)
        hits.push_back({rows[i], distances.score(vectors_.floats(rows[i]), padded)});
    std::sort(hits.begin(), hits.end(), better);
    hits.resize(std::min(count, hits.size()));
    return hits;
  }

 private:
  faiss::HNSW graph_;
  const VectorFile& vectors_;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) void tandem_faiss_build_graph(
    const VectorFile& vectors, const std::string& path, const GraphOptions& options) {
  if (vectors.rows() > std::numeric_limits<int>::max() / 2)
    fail(ErrorKind::limit, "{}: has too many rows for a graph; scan it exactly", vectors.path());
  Rows rows(vectors);
  faiss::IndexHNSW index(&rows, options.links);
  index.hnsw.efConstruction = options.effort;
  omp_set_num_threads(thread_count());
  faiss::InterruptCallback::instance = std::make_unique<StopWhenAsked>();
  try {
    // Row 0 is where all rows begin: nothing is copied.
    if (vectors.rows() > 0) index.add(vectors.rows(), vectors.floats(0));
  } catch (const faiss::FaissException& error) {
    check_interrupt();
    fail(ErrorKind::io, "{}: its graph could not be built ({})", vectors.path(), error.what());
  }
  write_graph(path, index.hnsw, vectors);
}

extern "C" __attribute__((visibility("default"))) void tandem_faiss_open_graph(
    const VectorFile& vectors, const std::string& path, std::unique_ptr<NeighbourGraph>& out) {
  if (auto graph = read_graph(path, vectors))
    out = std::make_unique<FaissGraph>(std::move(*graph), vectors);
}

static_assert(std::is_same_v<decltype(&tandem_faiss_build_graph), BuildGraph>);
static_assert(std::is_same_v<decltype(&tandem_faiss_open_graph), OpenGraph>);

}  // namespace tandem
