#include "eval/class_list.h"

#include <charconv>

namespace tandem {

ClassList::ClassList(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto [at, is_new] = by_name_.emplace(name, labels_.size());
    if (is_new) labels_.push_back(name);
    by_line_.push_back(at->second);
  }
}

std::optional<size_t> ClassList::find(const std::string& label) const {
  if (const auto at = by_name_.find(label); at != by_name_.end()) return at->second;
  size_t line = 0;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), line);
  const bool is_number = error == std::errc() && end == label.data() + label.size();
  if (!is_number || line >= by_line_.size()) return std::nullopt;
  return by_line_[line];
}

}  // namespace tandem
