// The labels that a zero-shot evaluation chooses from, and which of them a sample means.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tandem {

/// Lines with the same name are one class, as no model can tell them apart.
class ClassList {
 public:
  explicit ClassList(const std::vector<std::string>& names);

  const std::vector<std::string>& labels() const { return labels_; }
  /// The class of this name; else, of a number, the class of that line from 0; else nothing.
  std::optional<size_t> find(const std::string& label) const;

 private:
  std::vector<std::string> labels_;
  std::unordered_map<std::string, size_t> by_name_;
  std::vector<size_t> by_line_;
};

}  // namespace tandem
