// Tar archives: which files lie where (POSIX ustar and pax, GNU tar).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace tandem {

/// A regular file in an archive.
struct TarMember {
  std::string name;    ///< with folders, as stored
  uint64_t begin = 0;  ///< of its headers, long names included
  uint64_t data = 0;   ///< where its bytes begin
  uint64_t size = 0;
};

/// Reads headers one after the other; contents are stepped over. Long names of GNU tar and
/// pax's path and size count; folders, links and devices are passed over; archives behind each
/// other (cat a.tar b.tar) are one. `read` fills a span from an offset below `size`.
class TarReader {
 public:
  using ReadAt = std::function<void(uint64_t offset, std::span<std::byte> out)>;
  /// `name` begins the sentences.
  TarReader(ReadAt read, uint64_t size, std::string name);

  /// Nothing after the last. Errors: bad_input for what is no tar (compressed ones by name),
  /// damaged headers, and members that reach behind the end; unsupported for sparse files.
  std::optional<TarMember> next();

 private:
  struct Header;
  std::optional<Header> next_header();
  uint64_t end_of(const Header& header) const;
  std::string long_text(const Header& header);
  void read_pax(const Header& header, TarMember& member, bool& sized);

  ReadAt read_;
  uint64_t size_;
  std::string name_;
  uint64_t at_ = 0;
};

}  // namespace tandem
