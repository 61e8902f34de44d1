#include "image/heif_derivation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace tandem {
namespace {

using Bytes = std::span<const uint8_t>;
constexpr int kDeepest = 16;

/// Takes a big-endian number from the front; nothing where there are too few bytes.
std::optional<uint64_t> take(Bytes& bytes, size_t count) {
  if (bytes.size() < count) return std::nullopt;
  uint64_t number = 0;
  for (const uint8_t byte : bytes.first(count)) number = number << 8 | byte;
  bytes = bytes.subspan(count);
  return number;
}

struct Box {
  std::string_view type;
  Bytes body;
};

/// Takes a box from the front; one that says more than there is has what there is.
std::optional<Box> take_box(Bytes& bytes) {
  const Bytes whole = bytes;
  auto size = take(bytes, 4);
  if (!size || bytes.size() < 4) return std::nullopt;
  const std::string_view type(reinterpret_cast<const char*>(bytes.data()), 4);
  bytes = bytes.subspan(4);
  if (*size == 1) size = take(bytes, 8);
  if (!size) return std::nullopt;
  const size_t header = whole.size() - bytes.size();
  const uint64_t end = *size == 0 ? whole.size() : std::min<uint64_t>(*size, whole.size());
  if (end < header) return std::nullopt;
  const Box box{type, whole.subspan(header, static_cast<size_t>(end) - header)};
  bytes = whole.subspan(static_cast<size_t>(end));
  return box;
}

using Parts = std::map<uint64_t, std::vector<uint64_t>>;

void read_references(Bytes iref, Parts& parts) {
  const auto version = take(iref, 4);  // with flags
  if (!version) return;
  const size_t id_bytes = *version >> 24 == 0 ? 2 : 4;
  while (auto box = take_box(iref)) {
    const auto from = take(box->body, id_bytes), count = take(box->body, 2);
    if (box->type != "dimg" || !from || !count) continue;
    for (uint64_t i = 0; i < *count; ++i) {
      const auto to = take(box->body, id_bytes);
      if (!to) break;
      parts[*from].push_back(*to);
    }
  }
}

Parts read_parts(Bytes file) {
  Parts parts;
  while (auto box = take_box(file)) {
    if (box->type != "meta" || !take(box->body, 4)) continue;
    while (const auto inner = take_box(box->body))
      if (inner->type == "iref") read_references(inner->body, parts);
  }
  return parts;
}

/// Levels below a picture, at most kDeepest + 1; `known` spares what was asked before.
int depth_of(uint64_t picture, const Parts& parts, std::map<uint64_t, int>& known, int above) {
  const auto found = parts.find(picture);
  if (found == parts.end()) return 0;
  if (above > kDeepest) return kDeepest + 1;
  if (const auto before = known.find(picture); before != known.end()) return before->second;
  int depth = 0;
  for (const uint64_t part : found->second) {
    depth = std::max(depth, 1 + depth_of(part, parts, known, above + 1));
    if (depth > kDeepest) return depth;  // known soon, at every level above
  }
  return known[picture] = depth;
}

}  // namespace

bool heif_derives_without_end(Bytes file) {
  const Parts parts = read_parts(file);
  std::map<uint64_t, int> known;
  return std::any_of(parts.begin(), parts.end(), [&](const auto& entry) {
    return depth_of(entry.first, parts, known, 0) > kDeepest;
  });
}

}  // namespace tandem
