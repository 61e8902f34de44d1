// Found pictures as one page that stands alone.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "search/finder.h"

namespace tandem {

struct GalleryOptions {
  std::string title;                  ///< what was asked, in words
  std::string lead;                   ///< one sentence below it; plain text
  std::vector<std::string> images{};  ///< pictures that were asked with, shown beside the title
  /// Names a picture whose small copy could not be made: it is shown by its name alone.
  std::function<void(const std::string& sentence)> on_bad{};
};

/// An HTML page with a small copy of each picture, its place, name, folder and confidence, and a
/// link to the file. Light and dark; each figure can be reached by Tab and the arrow keys.
std::string gallery_page(const std::vector<Finding>& findings, const GalleryOptions& options);

}  // namespace tandem
