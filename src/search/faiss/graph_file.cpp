#include "search/faiss/graph_file.h"

#include <cstring>
#include <span>

#include "base/files.h"
#include "base/mapped_file.h"
#include "data/digest.h"
#include "tandem/error.h"

namespace tandem {
namespace {

constexpr char kGraphMagic[8] = {'T', 'D', 'M', 'H', 'N', 'S', 'W', '1'};

struct GraphHeader {
  char magic[8] = {};
  char origin[32] = {};
  int64_t generation = 0;
  uint64_t rows = 0, links = 0, levels = 0;
  int32_t entry = -1, max_level = -1;
  uint64_t body_check = 0;
  uint64_t check = 0;  ///< of the header, this field being 0
};

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

uint64_t check_of(GraphHeader header) {
  header.check = 0;
  return hash_of({reinterpret_cast<const char*>(&header), sizeof header});
}

uint64_t body_check(const faiss::HNSW& graph) {
  return hash_of(bytes_of(graph.levels)) ^ hash_of(bytes_of(graph.neighbors)) * 3 ^
         hash_of(bytes_of(graph.cum_nneighbor_per_level)) * 5;
}

bool belongs(const GraphHeader& header, const VectorFile& vectors) {
  const auto& source = vectors.source();
  return std::memcmp(header.magic, kGraphMagic, sizeof kGraphMagic) == 0 &&
         header.check == check_of(header) && header.generation == source.generation &&
         source.origin == std::string_view(header.origin, sizeof header.origin) &&
         header.rows == static_cast<uint64_t>(vectors.rows());
}

// Offsets follow from levels; every link must lead somewhere.
bool complete(faiss::HNSW& graph, const GraphHeader& header) {
  const auto rows = static_cast<int64_t>(header.rows);
  const auto& begins = graph.cum_nneighbor_per_level;
  graph.offsets.assign(1, 0);
  graph.offsets.reserve(header.rows + 1);
  for (const int level : graph.levels) {
    if (level < 1 || level >= static_cast<int>(begins.size())) return false;
    graph.offsets.push_back(graph.offsets.back() + static_cast<size_t>(begins[level]));
  }
  if (graph.offsets.back() != graph.neighbors.size()) return false;
  for (const int link : graph.neighbors)
    if (link < -1 || link >= rows) return false;
  return rows == 0 || (header.entry >= 0 && header.entry < rows &&
                       graph.levels[header.entry] == header.max_level + 1);
}

}  // namespace

void write_graph(const std::string& path, const faiss::HNSW& graph, const VectorFile& vectors) {
  GraphHeader header{.generation = vectors.source().generation,
                     .rows = graph.levels.size(),
                     .links = graph.neighbors.size(),
                     .levels = graph.cum_nneighbor_per_level.size(),
                     .entry = graph.entry_point,
                     .max_level = graph.max_level,
                     .body_check = body_check(graph)};
  std::memcpy(header.magic, kGraphMagic, sizeof kGraphMagic);
  vectors.source().origin.copy(header.origin, sizeof header.origin);
  header.check = check_of(header);
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&header, 1)));
  file.write(bytes_of(graph.levels));
  file.write(bytes_of(graph.neighbors));
  file.write(bytes_of(graph.cum_nneighbor_per_level));
  file.commit();
}

std::optional<faiss::HNSW> read_graph(const std::string& path, const VectorFile& vectors) {
  const MappedFile file(path);
  auto rest = file.bytes();
  GraphHeader header;
  if (rest.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, rest.data(), sizeof header);
  rest = rest.subspan(sizeof header);
  constexpr uint64_t kMost = uint64_t{1} << 40;
  if (!belongs(header, vectors) || header.links > kMost || header.levels > 1000 ||
      rest.size() != (header.rows + header.links + header.levels) * sizeof(int))
    return std::nullopt;
  faiss::HNSW graph;
  const auto take = [&](std::vector<int>& values, size_t count) {
    values.resize(count);
    if (count > 0) std::memcpy(values.data(), rest.data(), count * sizeof(int));
    rest = rest.subspan(count * sizeof(int));
  };
  take(graph.levels, header.rows);
  take(graph.neighbors, header.links);
  take(graph.cum_nneighbor_per_level, header.levels);
  graph.entry_point = header.entry;
  graph.max_level = header.max_level;
  if (header.body_check != body_check(graph) || !complete(graph, header)) return std::nullopt;
  return graph;
}

}  // namespace tandem
