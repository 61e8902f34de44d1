// HTML entities, decoded as Python's html.unescape and as ftfy do it.
#pragma once

#include <cstddef>
#include <string>

namespace tandem {

/// An entity's name without '&' ("eacute;", some also "eacute") and its text, UTF-8.
struct HtmlEntity {
  char name[33];
  char text[7];
};

extern const HtmlEntity kHtmlEntities[];  ///< HTML5's, in byte order of the names
extern const size_t kHtmlEntityCount;
extern const HtmlEntity kShoutedEntities[];  ///< ftfy's "EACUTE;": in byte order too
extern const size_t kShoutedEntityCount;

/// Python's html.unescape: named references (the longest known prefix, also
/// without ';') and numeric ones, with HTML5's replacements. Linear.
std::u32string unescape_html5(const std::u32string& text);

/// ftfy's unescape_html: references that end in ';' alone, and some upper-cased
/// names. Nested ampersands ("&amp;amp;amp;") longer than eight levels lose all
/// but eight in one call, so that repeating it until nothing changes stays linear.
std::u32string unescape_html_strictly(const std::u32string& text);

}  // namespace tandem
