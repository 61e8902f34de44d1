// A library's embeddings for other programs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "index/library.h"

namespace tandem {

enum class ExportFormat {
  npy,    ///< f32 [pictures, width], and FILE.jsonl with a line for each row
  csv,    ///< RFC 4180 with a header; the embedding is one field, "[0.1,...]"
  jsonl,  ///< one object a line
  sql,    ///< for psql: a table with pgvector's type, filled by COPY
};

/// Takes the text piece by piece.
using ExportSink = std::function<void(std::string_view)>;

/// By the name's ending: .npy, .csv, .jsonl, .sql. Nothing for others.
std::optional<ExportFormat> export_format_of(const std::string& path);

/// Writes the pictures that have an embedding in `space`, by ascending id, whole or not at all; one
/// state of the library, in bounded memory. Bytes of paths that are no UTF-8 become U+FFFD, and the
/// path stands in hexadecimal digits beside. A `sink` gets the text instead of the file (npy has
/// none). The number of pictures. Errors: io, bad_input for a damaged embedding.
int64_t export_library(const Library& library, const LibrarySpace& space, const std::string& path,
                       ExportFormat format, const ExportSink& sink = {});

/// The space of this id, or (nothing) the one with the most pictures. Error: bad_input where there
/// is none.
LibrarySpace chosen_space(const Library& library, std::optional<int64_t> id);

}  // namespace tandem
