// Every statement that a library's file is asked, by name: SQL is written in queries_table.cpp and
// nowhere else, and no text of a user ever becomes part of it.
#pragma once

#include <cstdint>

namespace tandem {

/// Marks the file as a library ("TnDL").
constexpr int32_t kLibraryApplication = 0x546e444c;
/// Of the schema; PRAGMA user_version. An older one is brought up to date when it is opened for
/// writing, a newer one is refused.
constexpr int32_t kLibraryVersion = 1;

/// What a file of version i needs to become one of version i + 1.
extern const char* const kMigrations[kLibraryVersion];

/// What a run still has to do, outside the library's file and in bounded memory.
extern const char* const kWorkTable;

enum class Query {
  count_pictures,
  picture_by_id,
  picture_by_path,
  pictures_by_hash,
  pictures_by_filter,
  pictures_under,
  count_under,
  pictures_all,
  dated_by_path,
  totals,
  known_at_path,
  insert_picture,
  update_picture,
  touch_picture,
  delete_picture,
  spaces,
  space_bytes,
  space_by_fingerprint,
  insert_space,
  delete_space,
  generation,
  bump_generation,
  bump_generations_of,
  embeddings_of_space,
  pictures_with_embeddings,
  embeddings_with_paths,
  embedding_of_content,
  has_embedding,
  embeddings_of_picture,
  put_embedding,
  delete_embedding,
  delete_lost_embeddings,
  mend_counts,
  tags_of,
  has_tag,
  put_tag,
  delete_tags,
  delete_lost_tags,
  errors_all,
  put_error,
  delete_error,
  errors_under,
  error_at_path,
  add_work,
  next_work,
  note,
  put_note,
  delete_lost_notes,
  count_,  ///< how many there are
};

const char* sql_of(Query query);

}  // namespace tandem
