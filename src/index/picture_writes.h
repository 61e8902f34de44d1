// Changes of a library's tables, for the files of this room; each inside a caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/connection.h"

namespace tandem {

/// The new picture's id.
int64_t insert_picture(Library::Connection& connection, const PictureRecord& record,
                       int64_t recorded_at);
void update_picture(Library::Connection& connection, const PictureRecord& record,
                    int64_t recorded_at);
/// With its embeddings and tags; the generations of its spaces grow.
void delete_picture(Library::Connection& connection, int64_t id);
/// In place of those it has.
void set_tags(Library::Connection& connection, int64_t id, const std::vector<std::string>& tags);
/// Spaces that have an embedding of the picture; of all but `kept` (0: of all) it is deleted, and
/// their generations grow.
void delete_embeddings(Library::Connection& connection, int64_t picture, int64_t kept);

/// An embedding as it is stored.
struct StoredEmbedding {
  int64_t space = 0;
  std::optional<double> scale;
  std::string bytes;
};
void put_embedding(Library::Connection& connection, int64_t picture,
                   const StoredEmbedding& embedding);
std::vector<StoredEmbedding> stored_embeddings(Library::Connection& connection, int64_t picture);

/// The space with this fingerprint, added where it is missing. The id.
int64_t put_space(Library::Connection& connection, const LibrarySpace& space);

}  // namespace tandem
