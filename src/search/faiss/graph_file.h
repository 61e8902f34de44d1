// The links of a graph as a file, beside the vectors that they belong to.
#pragma once

#include <faiss/impl/HNSW.h>

#include <optional>
#include <string>

#include "search/vector_file.h"

namespace tandem {

/// Written beside its name and renamed. Error: io.
void write_graph(const std::string& path, const faiss::HNSW& graph, const VectorFile& vectors);

/// Nothing where the file is of other vectors, of another version, cut off or damaged. Every link
/// of what is returned leads to a row.
std::optional<faiss::HNSW> read_graph(const std::string& path, const VectorFile& vectors);

}  // namespace tandem
