// All directories of a file with TIFF's structure, entry by entry, never past its end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace tandem {

/// One entry of a directory.
struct TiffEntry {
  uint16_t tag = 0;
  uint16_t type = 0;
  uint64_t count = 0;
  uint64_t at = 0;                 ///< where its values stand in the file
  std::span<const uint8_t> bytes;  ///< its values, inside the file

  /// The first value of an unsigned type, or of an array the i-th.
  std::optional<uint64_t> number(bool big_endian, uint64_t i = 0) const;
};

/// A directory's entries in their order.
struct TiffEntries {
  uint64_t at = 0;          ///< where it stands
  uint16_t parent_tag = 0;  ///< which entry led to it: 0 for the chain, 0x8769 Exif, 0x8825 GPS
  std::vector<TiffEntry> entries;

  const TiffEntry* find(uint16_t tag) const;
};

/// "II" or "MM" and any magic number, as raw files have. Directories of the chain, SubIFDs, Exif
/// and GPS, each once, 100 at most, of 1000 entries at most.
struct TiffTree {
  bool big_endian = false;
  std::vector<TiffEntries> directories;
};
TiffTree walk_tiff(std::span<const uint8_t> file);

}  // namespace tandem
