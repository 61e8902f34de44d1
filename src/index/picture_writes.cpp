#include "index/picture_writes.h"

namespace tandem {
namespace {

/// All columns but the id, in the statements' order.
void bind(Statement& statement, const PictureRecord& record, int64_t recorded_at) {
  statement.bytes(record.path)
      .number(record.size)
      .number(record.modified_ns)
      .bytes(record.hash)
      .number(record.width)
      .number(record.height)
      .number(record.taken_at)
      .real(record.latitude)
      .real(record.longitude)
      .number(recorded_at)
      .run();
}

}  // namespace

int64_t insert_picture(Library::Connection& connection, const PictureRecord& record,
                       int64_t recorded_at) {
  bind(*connection.use(Query::insert_picture), record, recorded_at);
  return connection.database().last_row();
}

void update_picture(Library::Connection& connection, const PictureRecord& record,
                    int64_t recorded_at) {
  const auto statement = connection.use(Query::update_picture);
  statement->number(record.id);
  bind(*statement, record, recorded_at);
}

void delete_picture(Library::Connection& connection, int64_t id) {
  connection.use(Query::bump_generations_of)->number(id).run();
  connection.use(Query::delete_picture)->number(id).run();
}

void set_tags(Library::Connection& connection, int64_t id, const std::vector<std::string>& tags) {
  connection.use(Query::delete_tags)->number(id).run();
  for (const std::string& tag : tags) connection.use(Query::put_tag)->number(id).text(tag).run();
}

void delete_embeddings(Library::Connection& connection, int64_t picture, int64_t kept) {
  for (const StoredEmbedding& embedding : stored_embeddings(connection, picture)) {
    if (embedding.space == kept) continue;
    connection.use(Query::delete_embedding)->number(embedding.space).number(picture).run();
    connection.use(Query::bump_generation)->number(embedding.space).run();
  }
}

void put_embedding(Library::Connection& connection, int64_t picture,
                   const StoredEmbedding& embedding) {
  connection.use(Query::put_embedding)
      ->number(embedding.space)
      .number(picture)
      .real(embedding.scale)
      .bytes(embedding.bytes)
      .run();
}

std::vector<StoredEmbedding> stored_embeddings(Library::Connection& connection, int64_t picture) {
  std::vector<StoredEmbedding> embeddings;
  const auto row = connection.use(Query::embeddings_of_picture);
  row->number(picture);
  while (row->step())
    embeddings.push_back({row->number_at(0), row->optional_real_at(1), row->text_at(2)});
  return embeddings;
}

int64_t put_space(Library::Connection& connection, const LibrarySpace& space) {
  {
    const auto row = connection.use(Query::space_by_fingerprint);
    row->text(space.fingerprint.space).text(space.fingerprint.recipe);
    if (row->step()) return row->number_at(0);
  }
  connection.use(Query::insert_space)
      ->text(space.fingerprint.space)
      .text(space.fingerprint.recipe)
      .text(space.model)
      .number(space.width)
      .real(space.logit_scale)
      .real(space.logit_bias)
      .run();
  return connection.database().last_row();
}

}  // namespace tandem
