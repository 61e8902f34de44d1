// The pictures of an HTML page and where they stand in its bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// One <img>, <input type="image"> or <area href>.
struct PageImage {
  std::string tag;             ///< "img", "input", "area"
  size_t line = 0;             ///< from 1
  size_t insert_at = 0;        ///< byte right behind the tag's name: where attributes may be put
  bool has_alt = false;        ///< whatever it holds: the author chose
  bool is_named = false;       ///< by aria-label, aria-labelledby or title
  bool is_decoration = false;  ///< role="presentation", role="none" or aria-hidden="true"
  bool is_functional = false;  ///< inside a link or a button, or one itself
  std::string destination;     ///< the link's href
  std::string caption;         ///< the figure's, cut at 200 bytes
  /// As written, in the order to try: lazy-loading attributes, src, the largest of srcset, the
  /// sources of a <picture>.
  std::vector<std::string> addresses;
};

struct PageImages {
  std::vector<PageImage> images;  ///< in the page's order
  std::string base;               ///< href of the first <base>
};

/// Parses by HTML's rules (libgumbo), so that comments, scripts and unclosed tags are what a
/// browser makes of them. `name` begins the sentences. Errors: unsupported for UTF-16; limit for
/// more than 32 MiB, and for pages whose tree takes more than a GiB or 20 seconds.
PageImages find_page_images(std::string_view html, const std::string& name);

/// The URL of the largest candidate of a srcset attribute (HTML, "parse a srcset attribute"); empty
/// where there is none.
std::string largest_of_srcset(std::string_view srcset);

}  // namespace tandem
