// Foreign names in sentences.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace tandem {

/// Without control characters, which terminals obey, and of bearable length.
inline std::string printable(std::string_view text) {
  constexpr size_t kMaxBytes = 200;
  std::string shown(text.substr(0, kMaxBytes));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, '?');
  return text.size() > kMaxBytes ? shown + "..." : shown;
}

}  // namespace tandem
