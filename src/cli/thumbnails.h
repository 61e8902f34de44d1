// Pictures on a terminal.
#pragma once

#include <string>

namespace tandem::cli {

/// Shows small pictures by the program chafa.
class Thumbnails {
 public:
  /// "never", "always", or "auto": where stdout is a terminal and chafa is installed. Error:
  /// unsupported for "always" without chafa.
  explicit Thumbnails(const std::string& wish);

  /// Nothing where they are not shown or chafa cannot read the picture.
  void show(const std::string& path) const;

 private:
  std::string chafa_;  // its path; empty: not shown
};

}  // namespace tandem::cli
