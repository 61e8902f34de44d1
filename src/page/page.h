// Pages that stand alone: one HTML file with its style and its pictures inside, light and dark.
// A policy in its head forbids browsers to fetch anything for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"

namespace tandem {

/// Text for a place between tags or inside a quoted attribute. Bytes that are no UTF-8 become
/// U+FFFD, control characters blanks.
std::string escape_html(std::string_view text);

/// What a page of ours is made of; everything but `title` is HTML.
struct Page {
  std::string title;   ///< plain text, the first heading too
  std::string lead;    ///< what stands below it, before the body
  std::string body;    ///< inside <main>
  std::string style;   ///< CSS beside kPageStyle's
  std::string script;  ///< a page must read without it
};
std::string to_html(const Page& page);

/// A path as the value of href or src: file:// for absolute ones, every other byte than letters,
/// digits and "-._~/" in percent form.
std::string escape_url(std::string_view path);

/// The same for a link that holds wherever the page lies: the path is made absolute.
std::string file_address(const std::string& path);

/// Of each path the folders below those that all paths share, for people: "" where that is none.
std::vector<std::string> folders_below_shared(const std::vector<std::string>& paths);

/// "87%"; "under 1%" and "over 99%" where rounding would claim certainty.
std::string percent_in_words(double probability);

/// A data: URI of a JPEG whose longer side is at most `side` pixels (never enlarged). `path` is
/// decoded and turned as its EXIF orientation asks. Errors: as decode_image and read_file.
std::string thumbnail(const std::string& path, int side = 320);

}  // namespace tandem
