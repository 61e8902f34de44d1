// One picture as a line of each text format of an export.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/library.h"

namespace tandem {

struct ExportRow {
  const PictureRecord& picture;
  std::vector<std::string> tags;
  std::span<const float> embedding;  ///< none: left out
};

std::string json_text(const ExportRow& row);

extern const std::string_view kCsvHeader;
std::string csv_text(const ExportRow& row);

/// What stands before and after the lines that COPY reads.
std::string sql_begin(int width);
extern const std::string_view kSqlEnd;
std::string copy_text(const ExportRow& row);

/// A value for PostgreSQL's COPY in its text format: backslash, tab and line ends escaped.
std::string copy_escape(std::string_view text);
/// "2024-05-17 09:30:12" of seconds since 1970, in UTC.
std::string utc_text(int64_t seconds);
/// UTF-8 without NUL: what is none becomes U+FFFD.
std::string clean_utf8(std::string_view bytes);

}  // namespace tandem
