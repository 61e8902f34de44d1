// A lesson in Markdown: where pictures may stand, and what is said there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// Larger lessons are refused: libcmark's time is not linear for every text.
inline constexpr size_t kMaxLessonBytes = size_t{16} << 20;

enum class PlaceKind {
  paragraphs,  ///< paragraphs and list items: the picture stands behind the paragraph
  headings,    ///< sections: the picture stands behind the heading
};

/// A place where a picture may stand. Lines count from 1 and end at LF, CRLF or CR, as CommonMark
/// (0.30, section 2.1) has them.
struct Place {
  int line = 0;      ///< where its text begins
  int end_line = 0;  ///< the picture stands behind this line
  std::string text;  ///< plain, valid UTF-8; of a heading: itself and its section's paragraphs
  std::vector<std::string> headings;  ///< above it, the lesson's title first
  std::string indent;                 ///< what a line needs in front to stay in the list item
  bool tight = false;  ///< in a list without blank lines: one would change the whole list
};

struct PlaceRules {
  PlaceKind at = PlaceKind::paragraphs;
  int min_words = 5;  ///< shorter paragraphs say too little; headings are not counted
};

/// The places of a lesson in its order. None are: code, quotations, tables, mathematics, HTML,
/// footnotes, front matter, paragraphs and sections that have a picture, and what asks for less
/// than `min_words`. A picture on its own belongs to the paragraph before it, or to the one after
/// it where none stands between it and the heading. Any bytes are a lesson. Error: limit where it
/// is longer than kMaxLessonBytes.
std::vector<Place> find_places(std::string_view markdown, const PlaceRules& rules = {});

/// The lines of a text with their ends, as CommonMark counts them.
std::vector<std::string_view> split_lines(std::string_view text);

/// How many lines at the beginning are front matter ("---" to "---" or "...", "+++" to "+++"),
/// which is no Markdown.
size_t front_matter_lines(const std::vector<std::string_view>& lines);

}  // namespace tandem
