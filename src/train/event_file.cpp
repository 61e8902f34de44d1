#include "train/event_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <filesystem>

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "events.out.tfevents.";

// The table of the reflected polynomial 0x1EDC6F41.
constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1 ? 0x82F63B78u : 0);
    table[i] = value;
  }
  return table;
}

// record_writer.h: so that the CRC of bytes that hold CRCs is no special case.
uint32_t masked_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8u; }

template <class T>
void append_little_endian(std::string& bytes, T value) {
  static_assert(std::endian::native == std::endian::little);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// The wire format of protocol buffers: a key (field << 3 | wire type), then the value.
enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void append_varint(std::string& message, uint64_t value) {
  for (; value >= 0x80; value >>= 7) message += static_cast<char>(value | 0x80);
  message += static_cast<char>(value);
}

void append_key(std::string& message, int field, WireType type) {
  append_varint(message, static_cast<uint64_t>(field << 3 | type));
}

void append_bytes(std::string& message, int field, std::string_view bytes) {
  append_key(message, field, kBytes);
  append_varint(message, bytes.size());
  message += bytes;
}

// Event: wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7.
std::string event(int64_t step, int field, std::string_view bytes) {
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  std::string message;
  append_key(message, 1, kFixed64);
  append_little_endian(message, now);
  append_key(message, 2, kVarint);
  append_varint(message, static_cast<uint64_t>(step));
  append_bytes(message, field, bytes);
  return framed_record(message);
}

// Readers take the files of a folder in the order of their names: ten digits of seconds, and a
// number for those of one second or of a clock that was set back.
std::string new_path(const std::string& folder) {
  int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    ++files;
    int64_t theirs = 0;
    for (const char c : name.substr(std::strlen(kPrefix), 10))
      if (c >= '0' && c <= '9') theirs = 10 * theirs + (c - '0');
    seconds = std::max(seconds, theirs);
  }
  return fmt::format("{}/{}{:010}.tandem.{:06}", folder, kPrefix, seconds, files);
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  static constexpr auto kTable = crc_table();
  uint32_t crc = ~0u;
  for (const char c : bytes)
    crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

std::string framed_record(std::string_view bytes) {
  std::string length, record;
  append_little_endian(length, static_cast<uint64_t>(bytes.size()));
  record = length;
  append_little_endian(record, masked_crc(length));
  record += bytes;
  append_little_endian(record, masked_crc(bytes));
  return record;
}

EventFile::EventFile(const std::string& folder, int64_t first_step) : file_(new_path(folder)) {
  file_.append(event(0, 3, "brain.Event:2"));
  if (first_step == 0) return;
  std::string started;  // SessionLog: status = 1, of which START is 1
  append_key(started, 1, kVarint);
  append_varint(started, 1);
  file_.append(event(first_step, 7, started));
}

void EventFile::add_scalars(int64_t step, std::span<const std::pair<std::string, double>> scalars) {
  std::string summary;  // value = 1, of which tag = 1, simple_value = 2
  for (const auto& [tag, number] : scalars) {
    std::string value;
    append_bytes(value, 1, tag);
    append_key(value, 2, kFixed32);
    append_little_endian(value, static_cast<float>(number));
    append_bytes(summary, 1, value);
  }
  file_.append(event(step, 5, summary));
}

void EventFile::sync() { file_.sync(); }

}  // namespace tandem
