// From an address in a page to a file beside it, and never further.
#pragma once

#include <string>

namespace tandem {

struct PageFolder {
  std::string page;  ///< the page's path
  std::string root;  ///< what "/" means, and the folder that is not left; empty: the page's folder,
                     ///< and addresses that begin with "/" are not followed
  std::string base;  ///< the page's <base href>
};

struct FoundImage {
  std::string path;           ///< empty where it is not read
  std::string why_not;        ///< then a part of a sentence
  bool is_elsewhere = false;  ///< remote or inside the page: nothing is wrong with it
};

/// Percent forms are decoded; "?..." and "#..." left out. What lies outside the folder, by ".." or
/// by a link, is refused, and so is what is no plain file. Nothing is fetched.
FoundImage find_image(const std::string& address, const PageFolder& folder);

}  // namespace tandem
