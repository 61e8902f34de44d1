// Approximate search in large libraries: a graph of near neighbours (HNSW: Malkov and Yashunin,
// arXiv 1603.09320) by faiss, in libtandem-faiss.so, opened at run time so that nothing else links
// faiss. The graph holds links alone; distances are of the vector file's own rows, so that scores
// are exact and nothing needs to be ranked again.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "search/scan.h"
#include "search/vector_file.h"

namespace tandem {

class NeighbourGraph {
 public:
  virtual ~NeighbourGraph() = default;
  /// The `count` rows that were found nearest to a query of `width` numbers, best first.
  /// `effort`: how many candidates are kept while looking (efSearch), at least `count`.
  virtual std::vector<Hit> nearest(std::span<const float> query, size_t count,
                                   size_t effort) const = 0;
};

/// Links of each row (twice as many on the lowest level), and candidates while building: more find
/// more and take longer.
struct GraphOptions {
  int links = 16;
  int effort = 100;
};

/// Below as many rows an exact scan is as fast, and exact.
inline constexpr int64_t kGraphRows = 300'000;

/// Where the graph of a vector file stands: beside it.
std::string graph_path(const VectorFile& vectors);

/// Builds the graph with all threads and writes it: minutes for a million rows. Errors: unsupported
/// where libtandem-faiss.so is not there or the vectors are int8; io.
void build_graph(const VectorFile& vectors, const std::string& path,
                 const GraphOptions& options = {});

/// Null where there is none for exactly these vectors, or it is damaged, or the library that reads
/// it is not there. It uses `vectors` while it lives.
std::unique_ptr<NeighbourGraph> open_graph(const VectorFile& vectors, const std::string& path);

/// The path of libtandem-faiss.so, or "" where it cannot be opened; `why` then says so.
std::string faiss_library_path(std::string* why = nullptr);

/// What libtandem-faiss.so exports, with C linkage; exceptions of type Error pass through.
inline constexpr const char* kBuildGraphSymbol = "tandem_faiss_build_graph";
using BuildGraph = void (*)(const VectorFile&, const std::string& path, const GraphOptions&);
inline constexpr const char* kOpenGraphSymbol = "tandem_faiss_open_graph";
using OpenGraph = void (*)(const VectorFile&, const std::string& path,
                           std::unique_ptr<NeighbourGraph>& out);

}  // namespace tandem
