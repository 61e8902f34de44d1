// Samples of a CSV, TSV or JSON Lines file: a row names its picture and has its texts.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "base/fail.h"
#include "base/interrupt.h"
#include "data/csv.h"
#include "data/digest.h"
#include "data/input_file.h"
#include "data/picture_source.h"
#include "data/printable.h"
#include "data/record.h"
#include "data/sample_part.h"

namespace tandem {
namespace {

// A row may hold its picture as base64.
constexpr uint64_t kMaxRowBytes = 256 << 20;
constexpr size_t kReadBytes = 1 << 20;

bool is_lines(const std::string& path) {
  return path.ends_with(".jsonl") || path.ends_with(".ndjson");
}

struct Row {
  uint64_t offset = 0;
  uint32_t size = 0;
  uint32_t line = 0;  ///< where it begins, from 1; the last number stands for all after it
};

/// Calls row(Row) for each row that is not blank, and adds all bytes to the digest. Rows are lines
/// where `separator` is 0.
template <class OnRow>
void for_each_row(const InputFile& file, char separator, Digest& digest, OnRow on_row) {
  CsvRowFinder finder(separator);
  std::string block;
  uint64_t begin = 0, line = 1, row_line = 1;
  bool blank = true;
  const auto end_row = [&](uint64_t end) {
    if (end - begin > kMaxRowBytes)
      fail(ErrorKind::limit,
           "{}: the row at line {} is longer than {} bytes; look for a quote that "
           "is not closed",
           file.path(), row_line, kMaxRowBytes);
    constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();
    if (!blank)
      on_row(Row{begin, static_cast<uint32_t>(end - begin),
                 static_cast<uint32_t>(std::min(row_line, kMost))});
    begin = end;
    row_line = line;
    blank = true;
  };
  for (uint64_t at = 0; at < file.size(); at += block.size()) {
    check_interrupt();
    block = file.read_at(at, std::min<uint64_t>(kReadBytes, file.size() - at));
    digest.add(std::as_bytes(std::span(block)));
    for (size_t i = 0; i < block.size(); ++i) {
      const char c = block[i];
      line += c == '\n';
      blank = blank && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
      if (separator ? finder.ends_row(c) : c == '\n') end_row(at + i + 1);
    }
    if (at + block.size() - begin > kMaxRowBytes) end_row(at + block.size());
  }
  if (finder.in_quotes())
    fail(ErrorKind::bad_input, "{}: the row at line {} has a quote that is not closed; mend it",
         file.path(), row_line);
  end_row(file.size());
}

class TablePart : public SamplePart {
 public:
  explicit TablePart(const PartRequest& request)
      : file_(request.path),
        config_(*request.config),
        texts_required_(request.texts_required),
        pictures_(request.pictures),
        folder_(std::filesystem::path(request.path).parent_path().string()) {
    if (!is_lines(request.path)) read_header();
    Digest digest;
    bool first = separator_ != 0;
    for_each_row(file_, separator_, digest, [&](const Row& row) {
      if (first) {
        first = false;
        return;
      }
      if (rows_.empty() && pictures_) check_picture(record_of(row), row);
      if (!is_wanted(config_, [&] { return record_of(row); })) return;
      rows_.push_back(row);
      constexpr size_t kTellEvery = 4096;
      if (request.progress && rows_.size() % kTellEvery == 0)
        request.progress(static_cast<int64_t>(rows_.size()));
    });
    rows_.shrink_to_fit();
    fingerprint_ = digest.hex();
  }

  int64_t size() const override { return static_cast<int64_t>(rows_.size()); }
  std::string fingerprint() const override { return fingerprint_; }
  std::string key(int64_t index) const override {
    return key_of(rows_[static_cast<size_t>(index)]);
  }

  Sample read(int64_t index) const override {
    const Row& row = rows_[static_cast<size_t>(index)];
    const Record record = record_of(row);
    Sample sample;
    sample.key = key_of(row);
    if (pictures_) sample.picture = read_picture(picture_field(record, row), folder_, sample.key);
    fill_texts(record, config_, texts_required_, sample);
    return sample;
  }

 private:
  std::string key_of(const Row& row) const {
    return fmt::format("{}: line {}", file_.name(), row.line);
  }

  // The names of the columns, and what stands between them: a tab in .tsv files, and wherever the
  // first line has tabs and no comma.
  void read_header() {
    const std::string begin = file_.read_at(0, std::min<uint64_t>(kReadBytes, file_.size()));
    std::string_view line(begin);
    if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);  // a byte order mark
    const bool tabs = line.substr(0, line.find('\n')).find(',') == std::string_view::npos &&
                      line.substr(0, line.find('\n')).find('\t') != std::string_view::npos;
    separator_ = tabs || file_.path().ends_with(".tsv") ? '\t' : ',';
    CsvRowFinder finder(separator_);
    size_t end = 0;
    while (end < line.size() && !finder.ends_row(line[end])) ++end;
    columns_ = parse_csv_row(line.substr(0, end), separator_);
  }

  Record record_of(const Row& row) const {
    const std::string text = file_.read_at(row.offset, row.size);
    Record record;
    if (separator_ == 0) {
      record.set_fields(text, key_of(row));
      return record;
    }
    std::vector<std::string> cells = parse_csv_row(text, separator_);
    if (cells.size() > columns_.size())
      fail(
          ErrorKind::bad_input,
          "{}: has {} cells where the first line names {} columns; put cells with the separator in "
          "quotes",
          key_of(row), cells.size(), columns_.size());
    for (size_t i = 0; i < cells.size(); ++i) record.add(columns_[i], std::move(cells[i]));
    return record;
  }

  std::vector<std::string> picture_fields() const {
    if (!config_.image_keys.empty()) return config_.image_keys;
    return {"image", "filepath", "path", "file_name", "filename"};
  }

  std::string picture_field(const Record& record, const Row& row) const {
    for (const std::string& field : picture_fields())
      if (auto values = record.values(field); !values.empty()) return std::move(values.front());
    const std::string looked_for = fmt::format("{}", fmt::join(picture_fields(), ", "));
    if (!record.values("url").empty())
      fail(ErrorKind::unsupported,
           "{}: has its picture as an address (url) alone, and Tandem downloads nothing; fetch the "
           "pictures first, for example with img2dataset, whose tars Tandem reads",
           key_of(row));
    fail(ErrorKind::bad_input,
         "{}: names no picture (looked for {}); name its column in `image_keys`", key_of(row),
         printable(looked_for));
  }

  // A column that is missing is missing in every row: it is said at once.
  void check_picture(const Record& record, const Row& row) const {
    for (const std::string& field : picture_fields())
      if (record.has(field)) return;
    picture_field(record, row);
  }

  InputFile file_;
  const SourceConfig& config_;
  bool texts_required_, pictures_;
  std::string folder_;
  char separator_ = 0;  // 0: JSON Lines
  std::vector<std::string> columns_;
  std::vector<Row> rows_;
  std::string fingerprint_;
};

}  // namespace

std::unique_ptr<SamplePart> open_table_part(const PartRequest& request) {
  return std::make_unique<TablePart>(request);
}

}  // namespace tandem
