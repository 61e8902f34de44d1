#include "checkpoint/zip.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "checkpoint/field_reader.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

// Signatures and lengths of APPNOTE.TXT 4.3.
constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kCentralHeader = 0x02014b50;
constexpr uint32_t kEnd = 0x06054b50;
constexpr uint32_t kEnd64 = 0x06064b50;
constexpr uint32_t kEnd64Locator = 0x07064b50;
constexpr size_t kEndBytes = 22;
constexpr size_t kEnd64Bytes = 56;
constexpr size_t kEnd64LocatorBytes = 20;
constexpr size_t kCentralBytes = 46;
constexpr size_t kMaxComment = 0xffff;
constexpr uint16_t kZip64Field = 1;
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;
constexpr uint16_t kEncrypted = 1 << 0;
constexpr uint16_t kSizesFollow = 1 << 3;  // a data descriptor holds CRC and sizes
constexpr uint32_t kIn64 = 0xffffffff;     // the real number is in the zip64 field

// Weights hardly shrink: what grows more than this is made to fill a machine.
constexpr uint64_t kMaxGrowth = 20;
constexpr uint64_t kFreeGrowth = uint64_t{64} << 20;

template <class... Args>
[[noreturn]] void damaged(const std::string& name, fmt::format_string<Args...> fact,
                          Args&&... args) {
  fail(ErrorKind::bad_model, "{}: the zip archive {}; it is damaged, get it again", name,
       fmt::format(fact, std::forward<Args>(args)...));
}

struct Directory {
  uint64_t entries = 0;
  uint64_t begin = 0;
  uint64_t end = 0;  // one past its last byte
};

// The end record is the last thing in the file but for its comment.
size_t find_end_record(std::span<const std::byte> bytes, const std::string& name) {
  const size_t furthest = std::min(bytes.size(), kEndBytes + kMaxComment);
  for (size_t back = kEndBytes; back <= furthest; ++back) {
    FieldReader in(bytes.last(back), name);
    if (in.number<uint32_t>() != kEnd) continue;
    in.take(kEndBytes - 6);
    if (in.number<uint16_t>() == back - kEndBytes) return bytes.size() - back;
  }
  damaged(name, "has no directory at its end (it was cut off, or is no zip)");
}

Directory read_end64(std::span<const std::byte> bytes, size_t end_record, const std::string& name) {
  FieldReader locator(bytes.subspan(end_record - kEnd64LocatorBytes, kEnd64LocatorBytes), name);
  locator.take(8);
  const auto at = locator.number<uint64_t>();
  const size_t limit = end_record - kEnd64LocatorBytes;
  if (at > limit || limit - at != kEnd64Bytes)
    damaged(name, "points to a zip64 record that is not there");
  FieldReader in(bytes.subspan(at, kEnd64Bytes), name);
  const auto signature = in.number<uint32_t>();
  const auto length = in.number<uint64_t>();
  in.take(4);  // versions
  const auto disk = in.number<uint32_t>();
  const auto directory_disk = in.number<uint32_t>();
  const auto entries_here = in.number<uint64_t>();
  Directory directory{in.number<uint64_t>(), 0, at};
  const auto size = in.number<uint64_t>();
  directory.begin = in.number<uint64_t>();
  if (signature != kEnd64 || length != kEnd64Bytes - 12 || disk != 0 || directory_disk != 0 ||
      entries_here != directory.entries || directory.begin > at || size != at - directory.begin)
    damaged(name, "has a zip64 record that contradicts itself");
  return directory;
}

Directory find_directory(std::span<const std::byte> bytes, const std::string& name) {
  const size_t end_record = find_end_record(bytes, name);
  if (end_record >= kEnd64LocatorBytes) {
    FieldReader in(bytes.subspan(end_record - kEnd64LocatorBytes), name);
    if (in.number<uint32_t>() == kEnd64Locator) return read_end64(bytes, end_record, name);
  }
  FieldReader in(bytes.subspan(end_record), name);
  in.take(4);
  const auto disks = in.number<uint32_t>();  // this one and the directory's
  const auto entries_here = in.number<uint16_t>();
  const auto entries = in.number<uint16_t>();
  const auto size = in.number<uint32_t>();
  const auto begin = in.number<uint32_t>();
  if (disks != 0)
    fail(ErrorKind::unsupported, "{}: is a part of a split zip; join the parts", name);
  if (entries_here != entries || begin > end_record || size != end_record - begin)
    damaged(name, "has a directory that is not where its end record says");
  return {entries, begin, end_record};
}

// What a local or a central header says of an entry.
struct Header {
  uint16_t flags = 0;
  uint16_t method = 0;
  uint32_t crc = 0;
  uint64_t packed = 0;
  uint64_t size = 0;
  uint64_t offset = 0;  // of the local header; central headers only
  std::string name;
};

// Puts the 64-bit numbers in place of those that point to them (APPNOTE 4.5.3:
// only those, in this order).
void read_zip64(Header& header, bool has_offset, std::span<const std::byte> extra,
                const std::string& name) {
  FieldReader fields(extra, name);
  const bool is_needed =
      header.size == kIn64 || header.packed == kIn64 || (has_offset && header.offset == kIn64);
  while (fields.left() >= 4) {
    const auto id = fields.number<uint16_t>();
    const auto length = fields.number<uint16_t>();
    FieldReader field(fields.take(length), name);
    if (id != kZip64Field || !is_needed) continue;
    if (header.size == kIn64) header.size = field.number<uint64_t>();
    if (header.packed == kIn64) header.packed = field.number<uint64_t>();
    if (has_offset && header.offset == kIn64) header.offset = field.number<uint64_t>();
    return;
  }
  if (is_needed) damaged(name, "lacks the 64-bit sizes of an entry");
}

Header read_central(FieldReader& in, const std::string& name) {
  if (in.number<uint32_t>() != kCentralHeader) damaged(name, "has a torn directory");
  Header header;
  in.take(4);  // versions
  header.flags = in.number<uint16_t>();
  header.method = in.number<uint16_t>();
  in.take(4);  // time
  header.crc = in.number<uint32_t>();
  header.packed = in.number<uint32_t>();
  header.size = in.number<uint32_t>();
  const auto name_bytes = in.number<uint16_t>();
  const auto extra_bytes = in.number<uint16_t>();
  const auto comment_bytes = in.number<uint16_t>();
  const auto disk = in.number<uint16_t>();
  in.take(6);  // attributes
  header.offset = in.number<uint32_t>();
  header.name = in.text(name_bytes);
  read_zip64(header, true, in.take(extra_bytes), name);
  in.take(comment_bytes);
  if (disk != 0) fail(ErrorKind::unsupported, "{}: is a part of a split zip; join the parts", name);
  return header;
}

Header read_local(FieldReader& in, const std::string& name) {
  if (in.number<uint32_t>() != kLocalHeader) damaged(name, "lists an entry where no entry begins");
  Header header;
  in.take(2);  // version
  header.flags = in.number<uint16_t>();
  header.method = in.number<uint16_t>();
  in.take(4);  // time
  header.crc = in.number<uint32_t>();
  header.packed = in.number<uint32_t>();
  header.size = in.number<uint32_t>();
  const auto name_bytes = in.number<uint16_t>();
  const auto extra_bytes = in.number<uint16_t>();
  header.name = in.text(name_bytes);
  read_zip64(header, false, in.take(extra_bytes), name);
  return header;
}

void check_name(const std::string& entry, const std::string& name) {
  bool is_plain = !entry.empty() && entry.front() != '/' && entry.find('\\') == std::string::npos &&
                  entry.find(':') == std::string::npos &&
                  std::all_of(entry.begin(), entry.end(),
                              [](char c) { return static_cast<uint8_t>(c) >= 0x20; });
  for (size_t begin = 0; is_plain && begin <= entry.size();) {
    const size_t end = std::min(entry.find('/', begin), entry.size());
    is_plain = entry.compare(begin, end - begin, "..") != 0;
    begin = end + 1;
  }
  if (!is_plain)
    fail(ErrorKind::bad_model,
         "{}: the zip archive has an entry with the name {}, which leaves its folder; torch writes "
         "no such names, do not trust this file",
         name, quote_name(entry));
}

void check_method(const Header& header, const std::string& name) {
  if (header.flags & kEncrypted)
    fail(ErrorKind::unsupported, "{}: the entry {} is encrypted; unpack it and save it again", name,
         quote_name(header.name));
  if (header.method != kStored && header.method != kDeflated)
    fail(ErrorKind::unsupported,
         "{}: the entry {} is packed by method {} where stored (0) and deflated (8) are read; save "
         "it again with torch.save",
         name, quote_name(header.name), header.method);
  if (header.method == kStored && header.packed != header.size)
    damaged(name, "stores {} in {} bytes of {}", quote_name(header.name), header.packed,
            header.size);
}

// Where an entry's bytes lie, from its local header to their end.
struct Extent {
  uint64_t begin;
  uint64_t end;
};

Extent locate(const Header& central, std::span<const std::byte> before_directory, ZipEntry& entry,
              const std::string& name) {
  if (central.offset > before_directory.size())
    damaged(name, "lists {} outside of itself", quote_name(central.name));
  FieldReader in(before_directory.subspan(central.offset), name);
  const Header local = read_local(in, name);
  const bool sizes_follow = (local.flags & kSizesFollow) != 0;
  const bool agree = local.name == central.name && local.method == central.method &&
                     (local.flags & kEncrypted) == 0 &&
                     (sizes_follow || (local.crc == central.crc && local.packed == central.packed &&
                                       local.size == central.size));
  if (!agree) damaged(name, "describes {} in two ways", quote_name(central.name));
  entry.packed = in.take(central.packed);
  return {central.offset, central.offset + in.position()};
}

void check_overlaps(std::vector<Extent> extents, const std::string& name) {
  std::sort(extents.begin(), extents.end(), [](Extent a, Extent b) { return a.begin < b.begin; });
  for (size_t i = 1; i < extents.size(); ++i)
    if (extents[i].begin < extents[i - 1].end)
      damaged(name, "has entries that overlap at byte {}", extents[i].begin);
}

void check_growth(const ZipEntries& entries, uint64_t archive_bytes, const std::string& name) {
  const uint64_t limit = kFreeGrowth + kMaxGrowth * archive_bytes;
  uint64_t unpacked = 0;
  for (const auto& [key, entry] : entries) {
    if (!entry.is_deflated) continue;
    if (entry.size > limit - unpacked)
      fail(ErrorKind::limit,
           "{}: the zip archive of {} bytes would unpack to more than {}, as a zip bomb does; "
           "unpack it and save it again with torch.save",
           name, archive_bytes, limit);
    unpacked += entry.size;
  }
}

}  // namespace

bool is_zip(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && FieldReader(bytes, "").number<uint32_t>() == kLocalHeader;
}

ZipEntries parse_zip(std::span<const std::byte> bytes, const std::string& name) {
  const Directory directory = find_directory(bytes, name);
  if (directory.entries > (directory.end - directory.begin) / kCentralBytes)
    damaged(name, "lists {} entries, more than its directory can hold", directory.entries);
  FieldReader in(bytes.subspan(directory.begin, directory.end - directory.begin), name);
  ZipEntries entries;
  std::vector<Extent> extents;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    const Header header = read_central(in, name);
    check_name(header.name, name);
    check_method(header, name);
    ZipEntry entry{header.name, header.method == kDeflated, header.crc, header.size, {}};
    extents.push_back(locate(header, bytes.first(directory.begin), entry, name));
    if (header.name.ends_with('/')) continue;  // a folder
    if (!entries.emplace(header.name, std::move(entry)).second)
      damaged(name, "has the entry {} twice", quote_name(header.name));
  }
  if (in.left() != 0) damaged(name, "has {} bytes behind its directory's last entry", in.left());
  check_overlaps(std::move(extents), name);
  check_growth(entries, bytes.size(), name);
  return entries;
}

}  // namespace tandem
