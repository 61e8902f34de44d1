#include "index/export.h"

#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "checkpoint/npy.h"
#include "index/connection.h"
#include "index/embedding_code.h"
#include "index/export_text.h"
#include "index/rows.h"

namespace tandem {
namespace {

/// A file, or a sink, that is written in large pieces.
class Out {
 public:
  explicit Out(const std::string& path, const ExportSink& sink = {}) : sink_(sink) {
    if (!sink_) file_.emplace(path);
  }
  void write(std::string_view text) {
    pending_ += text;
    if (pending_.size() > size_t{1} << 16) flush();
  }
  void commit() {
    flush();
    if (file_) file_->commit();
  }

 private:
  void flush() {
    sink_ ? sink_(pending_) : file_->write(pending_);
    pending_.clear();
  }
  ExportSink sink_;
  std::optional<AtomicFile> file_;
  std::string pending_;
};

class Writer {
 public:
  virtual ~Writer() = default;
  virtual void add(const ExportRow& row) = 0;
  virtual void commit() = 0;
};

class TextWriter : public Writer {
 public:
  using RowText = std::string (*)(const ExportRow&);
  TextWriter(const std::string& path, const ExportSink& sink, std::string_view begin, RowText text,
             std::string_view end)
      : out_(path, sink), text_(text), end_(end) {
    out_.write(begin);
  }
  void add(const ExportRow& row) override { out_.write(text_(row)); }
  void commit() override {
    out_.write(end_);
    out_.commit();
  }

 private:
  Out out_;
  RowText text_;
  std::string end_;
};

class NpyWriter : public Writer {
 public:
  NpyWriter(const std::string& path, const LibrarySpace& space)
      : out_(path), rows_(path + ".jsonl") {
    out_.write(npy_header(DType::f32, Shape{space.pictures, space.width}));
  }
  void add(const ExportRow& row) override {
    out_.write({reinterpret_cast<const char*>(row.embedding.data()), row.embedding.size_bytes()});
    rows_.write(json_text({row.picture, row.tags, {}}));
  }
  void commit() override {
    rows_.commit();
    out_.commit();
  }

 private:
  Out out_, rows_;
};

std::unique_ptr<Writer> writer_of(const std::string& path, ExportFormat format,
                                  const ExportSink& sink, const LibrarySpace& space) {
  switch (format) {
    case ExportFormat::npy:
      if (sink)
        fail(ErrorKind::bad_input, "npy are two files; name one, or choose csv, jsonl or sql");
      return std::make_unique<NpyWriter>(path, space);
    case ExportFormat::csv:
      return std::make_unique<TextWriter>(path, sink, kCsvHeader, csv_text, "");
    case ExportFormat::jsonl: return std::make_unique<TextWriter>(path, sink, "", json_text, "");
    case ExportFormat::sql: break;
  }
  return std::make_unique<TextWriter>(path, sink, sql_begin(space.width), copy_text, kSqlEnd);
}

LibrarySpace space_as_it_is_now(const Library& library, const LibrarySpace& space) {
  return chosen_space(library, space.id);
}

}  // namespace

std::optional<ExportFormat> export_format_of(const std::string& path) {
  if (path.ends_with(".npy")) return ExportFormat::npy;
  if (path.ends_with(".csv")) return ExportFormat::csv;
  if (path.ends_with(".jsonl")) return ExportFormat::jsonl;
  if (path.ends_with(".sql")) return ExportFormat::sql;
  return std::nullopt;
}

LibrarySpace chosen_space(const Library& library, std::optional<int64_t> id) {
  const auto spaces = library.spaces();
  const LibrarySpace* best = nullptr;
  std::string known;
  for (const LibrarySpace& space : spaces) {
    known += fmt::format("{}{} ({})", known.empty() ? "" : ", ", space.id, space.model);
    if (id ? space.id == *id : (!best || space.pictures > best->pictures)) best = &space;
  }
  if (best) return *best;
  if (spaces.empty())
    fail(ErrorKind::bad_input,
         "{}: holds no embeddings; make some with: tandem index DIR --db FILE", library.path());
  fail(ErrorKind::bad_input, "{}: has no space {}; choose one of: {}", library.path(), *id, known);
}

int64_t export_library(const Library& library, const LibrarySpace& space, const std::string& path,
                       ExportFormat format, const ExportSink& sink) {
  auto& connection = library.connection();
  Transaction transaction(connection.database(), Transaction::Kind::read);
  const LibrarySpace now = space_as_it_is_now(library, space);
  const auto writer = writer_of(path, format, sink, now);
  std::vector<float> values(static_cast<size_t>(now.width));
  int64_t rows = 0;
  const auto row = connection.use(Query::pictures_with_embeddings);
  row->number(now.id);
  for (; row->step(); ++rows) {
    if (rows % 1000 == 0) check_interrupt();
    const PictureRecord picture = picture_in(*row);
    if (!decode_embedding(row->bytes_at(11), row->optional_real_at(10), values))
      fail(ErrorKind::bad_input,
           "{}: holds a damaged embedding; mend it with: tandem library check --db FILE",
           library.path());
    writer->add({picture, library.tags_of(picture.id), values});
  }
  if (rows != now.pictures)
    fail(ErrorKind::bad_input,
         "{}: holds {} embeddings where it says {}; mend it with: tandem library check --db FILE",
         library.path(), rows, now.pictures);
  writer->commit();
  return rows;
}

}  // namespace tandem
