#include "index/export_text.h"

#include <fmt/core.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "base/hex.h"
#include "base/json.h"

namespace tandem {
namespace {

std::string bracketed(std::span<const float> values) {
  std::string text = "[";
  for (const float value : values) {
    if (text.size() > 1) text += ',';
    text += fmt::format("{}", value);  // the shortest text that gives the same float
  }
  return text + "]";
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char byte : text) {
    if (byte == '"') quoted += '"';
    quoted += byte;
  }
  return quoted + "\"";
}

template <class T>
std::string or_else(const std::optional<T>& value, const char* none) {
  return value ? fmt::format("{}", *value) : none;
}

/// A list of texts as PostgreSQL writes an array, before COPY's own escapes.
std::string array_literal(const std::vector<std::string>& texts) {
  std::string literal = "{";
  for (const std::string& text : texts) {
    literal += literal.size() > 1 ? ",\"" : "\"";
    for (const char byte : clean_utf8(text)) {
      if (byte == '"' || byte == '\\') literal += '\\';
      literal += byte;
    }
    literal += '"';
  }
  return literal + "}";
}

}  // namespace

std::string clean_utf8(std::string_view bytes) {
  std::string text =
      Json(bytes).dump(-1, ' ', false, Json::error_handler_t::replace);  // quoted, escaped
  text = Json::parse(text).get<std::string>();
  for (size_t at = 0; (at = text.find('\0', at)) != std::string::npos;)
    text.replace(at, 1, "\xef\xbf\xbd");
  return text;
}

std::string json_text(const ExportRow& row) {
  const PictureRecord& picture = row.picture;
  OrderedJson line{{"id", picture.id}, {"path", picture.path}};
  if (clean_utf8(picture.path) != picture.path) line["path_hex"] = to_hex(picture.path);
  line["size"] = picture.size;
  line["modified_ns"] = picture.modified_ns;
  line["hash"] = to_hex(picture.hash);
  line["width"] = picture.width;
  line["height"] = picture.height;
  line["taken_at"] = picture.taken_at ? OrderedJson(*picture.taken_at) : OrderedJson();
  line["latitude"] = picture.latitude ? OrderedJson(*picture.latitude) : OrderedJson();
  line["longitude"] = picture.longitude ? OrderedJson(*picture.longitude) : OrderedJson();
  line["tags"] = row.tags;
  if (!row.embedding.empty()) {
    line["embedding"] = OrderedJson::array();
    for (const float value : row.embedding) line["embedding"].push_back(value);
  }
  return to_line(line) + "\n";
}

const std::string_view kCsvHeader =
    "id,path,path_hex,size,modified_ns,hash,width,height,taken_at,latitude,longitude,tags,"
    "embedding\r\n";

std::string csv_text(const ExportRow& row) {
  const PictureRecord& picture = row.picture;
  const std::string tags = row.tags.empty() ? "" : to_line(Json(row.tags));
  return fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", picture.id, csv_field(clean_utf8(picture.path)),
      to_hex(picture.path), picture.size, picture.modified_ns, to_hex(picture.hash), picture.width,
      picture.height, or_else(picture.taken_at, ""), or_else(picture.latitude, ""),
      or_else(picture.longitude, ""), csv_field(tags), csv_field(bracketed(row.embedding)));
}

std::string copy_escape(std::string_view text) {
  std::string escaped;
  for (const char byte : text) {
    switch (byte) {
      case '\\': escaped += "\\\\"; break;
      case '\t': escaped += "\\t"; break;
      case '\n': escaped += "\\n"; break;
      case '\r': escaped += "\\r"; break;
      default: escaped += byte;
    }
  }
  return escaped;
}

std::string sql_begin(int width) {
  return fmt::format(
      "-- Pictures and their embeddings, for PostgreSQL with pgvector: psql DATABASE -f THIS_FILE\n"
      "\\set ON_ERROR_STOP on\n"
      "SET client_encoding = 'UTF8';\n"
      "SET standard_conforming_strings = on;\n"
      "CREATE EXTENSION IF NOT EXISTS vector;\n"
      "BEGIN;\n"
      "CREATE TABLE tandem_pictures (\n"
      "  id bigint PRIMARY KEY,\n"
      "  path text NOT NULL,\n"
      "  path_bytes bytea NOT NULL,\n"
      "  size bigint NOT NULL,\n"
      "  modified timestamptz NOT NULL,\n"
      "  hash bytea NOT NULL,\n"
      "  width integer NOT NULL,\n"
      "  height integer NOT NULL,\n"
      "  taken timestamp,\n"
      "  latitude double precision,\n"
      "  longitude double precision,\n"
      "  tags text[] NOT NULL,\n"
      "  embedding vector({}) NOT NULL\n"
      ");\n"
      "COPY tandem_pictures (id, path, path_bytes, size, modified, hash, width, height, taken,"
      " latitude, longitude, tags, embedding) FROM stdin;\n",
      width);
}

const std::string_view kSqlEnd =
    "\\.\n"
    "COMMIT;\n"
    "-- Embeddings have length 1; nearest by cosine:\n"
    "-- CREATE INDEX ON tandem_pictures USING hnsw (embedding vector_cosine_ops);\n";

std::string copy_text(const ExportRow& row) {
  const PictureRecord& picture = row.picture;
  return fmt::format("{}\t{}\t\\\\x{}\t{}\t{}\t\\\\x{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", picture.id,
                     copy_escape(clean_utf8(picture.path)), to_hex(picture.path), picture.size,
                     utc_text(picture.modified_ns / 1'000'000'000) + "+00", to_hex(picture.hash),
                     picture.width, picture.height,
                     picture.taken_at ? utc_text(*picture.taken_at) : "\\N",
                     or_else(picture.latitude, "\\N"), or_else(picture.longitude, "\\N"),
                     copy_escape(array_literal(row.tags)), bracketed(row.embedding));
}

std::string utc_text(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

}  // namespace tandem
