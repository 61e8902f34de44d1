#include "image/tiff_walk.h"

#include <algorithm>
#include <deque>
#include <set>

#include "image/picture_reader.h"

namespace tandem {
namespace {

constexpr size_t kMaxDirectories = 100;
constexpr uint64_t kMaxEntries = 1000;
constexpr uint64_t kMaxChildren = 16;  // SubIFDs of one entry

constexpr uint16_t kSubDirectories = 0x14a;
constexpr uint16_t kExif = 0x8769;
constexpr uint16_t kGps = 0x8825;

uint64_t size_of(uint16_t type) {
  constexpr uint8_t kSizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};  // TIFF 6.0, and IFD
  return type < std::size(kSizes) ? kSizes[type] : 0;
}

class Walker {
 public:
  explicit Walker(std::span<const uint8_t> file) : file_(file) {}

  TiffTree walk() {
    if (file_.size() < 8 || file_[0] != file_[1] || (file_[0] != 'I' && file_[0] != 'M')) return {};
    tree_.big_endian = file_[0] == 'M';
    queue_.push_back({number(4, 4), 0});
    while (!queue_.empty() && tree_.directories.size() < kMaxDirectories) {
      const auto [at, parent] = queue_.front();
      queue_.pop_front();
      if (at != 0 && seen_.insert(at).second) read(at, parent);
    }
    return std::move(tree_);
  }

 private:
  struct Place {
    uint64_t at;
    uint16_t parent;
  };

  bool holds(uint64_t at, uint64_t size) const {
    return at <= file_.size() && size <= file_.size() - at;
  }
  uint64_t number(uint64_t at, uint64_t size) const {
    return number_in(file_.subspan(at, size), tree_.big_endian);
  }

  void read(uint64_t at, uint16_t parent) {
    if (!holds(at, 2)) return;
    const uint64_t entries = std::min(number(at, 2), kMaxEntries);
    TiffEntries directory{.at = at, .parent_tag = parent};
    at += 2;
    for (uint64_t i = 0; i < entries && holds(at, 12); ++i, at += 12)
      if (const auto entry = entry_at(at)) directory.entries.push_back(*entry);
    if (parent != kExif && parent != kGps && holds(at, 4)) queue_.push_back({number(at, 4), 0});
    for (const TiffEntry& entry : directory.entries) follow(entry);
    tree_.directories.push_back(std::move(directory));
  }

  std::optional<TiffEntry> entry_at(uint64_t at) const {
    TiffEntry entry{.tag = static_cast<uint16_t>(number(at, 2)),
                    .type = static_cast<uint16_t>(number(at + 2, 2)),
                    .count = number(at + 4, 4)};
    const uint64_t size = size_of(entry.type) * entry.count;  // both are small: no overflow
    if (size == 0) return std::nullopt;
    entry.at = size <= 4 ? at + 8 : number(at + 8, 4);
    if (!holds(entry.at, size)) return std::nullopt;
    entry.bytes = file_.subspan(entry.at, size);
    return entry;
  }

  void follow(const TiffEntry& entry) {
    if (entry.tag != kSubDirectories && entry.tag != kExif && entry.tag != kGps) return;
    for (uint64_t i = 0; i < std::min(entry.count, kMaxChildren); ++i)
      if (const auto child = entry.number(tree_.big_endian, i))
        queue_.push_back({*child, entry.tag});
  }

  std::span<const uint8_t> file_;
  TiffTree tree_;
  std::deque<Place> queue_;
  std::set<uint64_t> seen_;
};

}  // namespace

std::optional<uint64_t> TiffEntry::number(bool big_endian, uint64_t i) const {
  if (type != 1 && type != 3 && type != 4 && type != 7 && type != 13) return std::nullopt;
  const uint64_t size = size_of(type);
  if (i >= count) return std::nullopt;
  return number_in(bytes.subspan(i * size, size), big_endian);
}

const TiffEntry* TiffEntries::find(uint16_t tag) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const TiffEntry& entry) { return entry.tag == tag; });
  return found == entries.end() ? nullptr : &*found;
}

TiffTree walk_tiff(std::span<const uint8_t> file) { return Walker(file).walk(); }

}  // namespace tandem
