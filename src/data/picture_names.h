// Which files are pictures, by the ends of their names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// Endings, without the dot and in small letters, of the formats that Tandem decodes.
const std::vector<std::string>& picture_extensions();

/// A member's name as WebDataset splits it: the key up to the first dot of the last part of
/// the path, and what follows that dot, in small letters. The extension is empty for names without
/// a key (".hidden") or without a dot.
struct SplitName {
  std::string_view key;
  std::string extension;
};
SplitName split_name(std::string_view path);

/// Whether an extension is one of `wanted`, or ends in one ("left.jpg" in "jpg").
bool is_one_of(std::string_view extension, const std::vector<std::string>& wanted);

}  // namespace tandem
