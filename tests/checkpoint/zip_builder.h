// Zip archives made field by field, so that each field can lie.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tandem_test {

inline void put(std::string& to, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i) & 0xff);
}

inline uint32_t crc_of(const std::string& data) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

inline std::string deflated(const std::string& data) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, data.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct Header {
  uint16_t flags = 0, method = 0;
  uint32_t crc = 0;
  uint64_t packed = 0, size = 0, offset = 0;
  std::string name, extra;
};

struct Entry {
  Header local, central;
  std::string bytes;
};

inline Entry stored(const std::string& name, const std::string& data) {
  Header header;
  header.crc = crc_of(data);
  header.packed = header.size = data.size();
  header.name = name;
  return {header, header, data};
}

inline Entry packed(const std::string& name, const std::string& data) {
  Entry entry = stored(name, data);
  entry.bytes = deflated(data);
  for (Header* header : {&entry.local, &entry.central}) {
    header->method = 8;
    header->packed = entry.bytes.size();
  }
  return entry;
}

/// Both headers of an entry changed in the same way.
template <class Change>
Entry changed(Entry entry, Change change) {
  change(entry.local);
  change(entry.central);
  return entry;
}

struct End {
  int64_t entries = 0, size = 0, offset = 0;  // added to the true numbers
  uint16_t disk = 0, comment = 0;
};

inline std::string zip_of(std::vector<Entry> entries, const End& lie = {}) {
  std::string file, directory;
  for (Entry& entry : entries) {
    const Header& local = entry.local;
    entry.central.offset += file.size();
    put(file, 0x04034b50, 4), put(file, 20, 2), put(file, local.flags, 2);
    put(file, local.method, 2), put(file, 0, 4), put(file, local.crc, 4);
    put(file, local.packed, 4), put(file, local.size, 4), put(file, local.name.size(), 2);
    put(file, local.extra.size(), 2);
    file += local.name + local.extra + entry.bytes;
  }
  for (const Entry& entry : entries) {
    const Header& central = entry.central;
    put(directory, 0x02014b50, 4), put(directory, 20, 2), put(directory, 20, 2);
    put(directory, central.flags, 2), put(directory, central.method, 2), put(directory, 0, 4);
    put(directory, central.crc, 4), put(directory, central.packed, 4);
    put(directory, central.size, 4), put(directory, central.name.size(), 2);
    put(directory, central.extra.size(), 2), put(directory, 0, 2), put(directory, 0, 2);
    put(directory, 0, 6), put(directory, central.offset, 4);
    directory += central.name + central.extra;
  }
  const size_t at = file.size();
  file += directory;
  put(file, 0x06054b50, 4), put(file, lie.disk, 2), put(file, lie.disk, 2);
  for (int twice = 0; twice < 2; ++twice)
    put(file, static_cast<uint64_t>(static_cast<int64_t>(entries.size()) + lie.entries), 2);
  put(file, static_cast<uint64_t>(static_cast<int64_t>(directory.size()) + lie.size), 4);
  put(file, static_cast<uint64_t>(static_cast<int64_t>(at) + lie.offset), 4);
  put(file, lie.comment, 2);
  return file;
}

}  // namespace tandem_test
