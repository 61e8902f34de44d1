// One batch of an Indexer: pictures that were read become rows, in one transaction.
#include "index/connection.h"
#include "index/indexer.h"

namespace tandem {

/// A picture on its way into the library.
struct Indexer::Item {
  PictureReading reading;
  std::optional<StoredEmbedding> embedding;
  bool computed = false;
};

std::optional<StoredEmbedding> Indexer::embedding_of_content(const std::string& hash) {
  const auto row = library_.connection().use(Query::embedding_of_content);
  row->bytes(hash).number(space_);
  if (!row->step()) return std::nullopt;
  return StoredEmbedding{space_, row->optional_real_at(0), row->text_at(1)};
}

void Indexer::take(std::vector<PictureReading> readings) {
  std::vector<Item> items;
  for (PictureReading& reading : readings)
    if (!reading.gone) items.push_back({.reading = std::move(reading)});
  encode(items);
  auto& connection = library_.connection();
  const IndexSummary before = summary_;
  try {
    Transaction transaction(connection.database(), Transaction::Kind::write);
    for (Item& item : items) write(item);
    connection.use(Query::bump_generation)->number(space_).run();
    transaction.commit();
  } catch (...) {
    summary_ = before;  // nothing of it was kept
    throw;
  }
  for (const Item& item : items)
    if (!item.reading.failure.empty()) listener_.failed(item.reading.failure);
}

void Indexer::encode(std::vector<Item>& items) {
  std::vector<PictureBytes> files;
  std::vector<Item*> waiting;
  for (Item& item : items) {
    if (!item.reading.failure.empty()) continue;
    // The same content is never encoded twice.
    if ((item.embedding = embedding_of_content(item.reading.record.hash))) continue;
    files.push_back({item.reading.record.path, std::as_bytes(std::span(item.reading.picture))});
    waiting.push_back(&item);
  }
  model_.encode_images(files, [&](size_t i, std::span<const float> values, const Error* error) {
    Item& item = *waiting[i];
    if (error) {
      item.reading.failure = error->what();
    } else {
      EmbeddingCode code = encode_embedding(values, options_.store);
      item.embedding = StoredEmbedding{space_, code.scale, std::move(code.bytes)};
      item.computed = true;
    }
    std::string().swap(item.reading.picture);
  });
}

void Indexer::write(Item& item) {
  if (!item.reading.failure.empty()) return write_failure(item);
  auto& connection = library_.connection();
  PictureRecord& record = item.reading.record;
  bool content_is_new = false;
  const int64_t id = place(record, content_is_new);
  if (content_is_new) set_tags(connection, id, item.reading.tags);
  put_embedding(connection, id, *item.embedding);
  connection.use(Query::delete_error)->bytes(record.path).run();
  summary_.embedded += item.computed;
}

/// Writes the picture's row and counts what it was. `content_is_new`: no tags of it are known.
int64_t Indexer::place(const PictureRecord& record, bool& content_is_new) {
  auto& connection = library_.connection();
  PictureRecord row = record;
  const auto known = library_.picture_at(record.path);
  if (!known) return place_new(record, content_is_new);
  row.id = known->id;
  content_is_new = known->hash != record.hash;
  if (content_is_new) {
    delete_embeddings(connection, row.id, 0);  // they show what was there before
    ++summary_.changed;
  }
  update_picture(connection, row, now_in_seconds());
  return row.id;
}

int64_t Indexer::place_new(const PictureRecord& record, bool& content_is_new) {
  auto& connection = library_.connection();
  PictureRecord row = record;
  {
    const auto twin = connection.use(Query::pictures_by_hash);
    twin->bytes(record.hash);
    while (twin->step() && row.id == 0)
      if (is_gone(twin->text_at(1))) row.id = twin->number_at(0);
  }
  if (row.id != 0) {
    update_picture(connection, row, now_in_seconds());
    ++summary_.moved;
    return row.id;
  }
  content_is_new = true;
  ++summary_.added;
  return insert_picture(connection, record, now_in_seconds());
}

/// Remembers why, so that the file is left alone until it changes. A picture that was there before
/// is kept only where the file's content is still the same.
void Indexer::write_failure(const Item& item) {
  auto& connection = library_.connection();
  const PictureRecord& record = item.reading.record;
  ++summary_.failed;
  const auto known = library_.picture_at(record.path);
  if (known && !record.hash.empty() && known->hash != record.hash)
    delete_picture(connection, known->id);
  connection.use(Query::put_error)
      ->bytes(record.path)
      .text(item.reading.failure)
      .number(record.size)
      .number(record.modified_ns)
      .number(now_in_seconds())
      .run();
}

}  // namespace tandem
