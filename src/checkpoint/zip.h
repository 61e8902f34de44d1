// Zip archives as torch writes them, read in place.
//
// Stored and deflated entries, zip64, data descriptors (PKWARE's APPNOTE.TXT).
// Nothing is ever written to disk under an entry's name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tandem {

struct ZipEntry {
  std::string name;
  bool is_deflated = false;
  uint32_t crc = 0;
  uint64_t size = 0;                  // bytes once unpacked
  std::span<const std::byte> packed;  // the entry itself where it is stored
};

/// Files by name, without folders.
using ZipEntries = std::map<std::string, ZipEntry, std::less<>>;

/// Whether bytes begin as an archive does.
bool is_zip(std::span<const std::byte> bytes);

/// Reads and checks the central directory against the local headers; the
/// entries borrow `bytes`, and `name` begins the sentence of errors. bad_model for
/// entries that overlap, leave the archive, repeat a name, leave their folder by
/// it, or are described in two ways; unsupported for encryption, parts on several
/// disks and other methods; limit for archives that unpack to more than 20
/// times their size and 64 MB.
ZipEntries parse_zip(std::span<const std::byte> bytes, const std::string& name);

/// The unpacked bytes of a deflated entry, its length and CRC checked.
std::vector<std::byte> inflate_entry(const ZipEntry& entry, const std::string& name);

}  // namespace tandem
