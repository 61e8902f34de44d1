#include "illustrate/lesson.h"

#include <algorithm>

#include "base/fail.h"
#include "illustrate/blocks.h"
#include "text/unicode.h"
#include "text/utf8.h"

namespace tandem {
namespace {

int word_count(std::string_view text) {
  int words = 0;
  bool inside = false;
  for (const char32_t code : utf8_to_utf32(text)) {
    // Writing without blanks between words: each sign counts for half a word or more.
    const bool ideograph = code >= 0x3040 && code <= 0x9fff;
    const bool letter = is_unicode_word(code);
    words += letter && (!inside || ideograph);
    inside = letter;
  }
  return words;
}

/// The titles above the present place, by level.
class HeadingPath {
 public:
  void enter(const Block& heading) {
    while (!levels_.empty() && levels_.back() >= heading.level) {
      levels_.pop_back();
      titles_.pop_back();
    }
    levels_.push_back(heading.level);
    titles_.push_back(heading.text);
  }
  const std::vector<std::string>& titles() const { return titles_; }

 private:
  std::vector<int> levels_;
  std::vector<std::string> titles_;
};

bool is_prose(const Block& block) {
  return block.kind == BlockKind::paragraph && !block.quoted && !block.table && !block.note;
}

bool opens_section(const Block& block) {
  return block.kind == BlockKind::heading && block.outermost;
}

/// Whether the figure that stands on its own at `figure` belongs to the block before it.
bool belongs_before(const std::vector<Block>& blocks, size_t figure) {
  while (figure > 0 && blocks[figure - 1].kind == BlockKind::figure) --figure;
  return figure > 0 && blocks[figure - 1].kind != BlockKind::heading;
}

bool has_figure(const std::vector<Block>& blocks, size_t i) {
  if (blocks[i].has_picture) return true;
  if (i + 1 < blocks.size() && blocks[i + 1].kind == BlockKind::figure) return true;
  return i > 0 && blocks[i - 1].kind == BlockKind::figure && !belongs_before(blocks, i - 1);
}

std::vector<Place> paragraphs(const std::vector<Block>& blocks, const PlaceRules& rules) {
  std::vector<Place> places;
  HeadingPath path;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    if (opens_section(block)) path.enter(block);
    if (!is_prose(block) || has_figure(blocks, i) || word_count(block.text) < rules.min_words)
      continue;
    places.push_back({.line = block.line,
                      .end_line = block.end_line,
                      .text = block.text,
                      .headings = path.titles(),
                      .indent = block.indent,
                      .tight = block.tight});
  }
  return places;
}

std::vector<Place> sections(const std::vector<Block>& blocks) {
  std::vector<Place> places;
  HeadingPath path;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (!opens_section(blocks[i])) continue;
    path.enter(blocks[i]);
    Place place{.line = blocks[i].line,
                .end_line = blocks[i].end_line,
                .text = blocks[i].text,
                .headings = path.titles()};
    place.headings.pop_back();  // itself
    bool pictures = blocks[i].has_picture;
    for (size_t next = i + 1; next < blocks.size() && !opens_section(blocks[next]); ++next) {
      pictures = pictures || blocks[next].has_picture || blocks[next].kind == BlockKind::figure;
      // On a line of its own: a title and a paragraph are no one sentence.
      if (is_prose(blocks[next]))
        place.text += (place.text.empty() ? "" : "\n") + blocks[next].text;
    }
    if (!pictures && !place.text.empty() && !blocks[i].note) places.push_back(std::move(place));
  }
  return places;
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find_first_of("\r\n", begin);
    if (end == std::string_view::npos)
      end = text.size();
    else
      end += text.substr(end).starts_with("\r\n") ? 2 : 1;
    lines.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return lines;
}

size_t front_matter_lines(const std::vector<std::string_view>& lines) {
  const auto trimmed = [](std::string_view line) {
    const size_t end = line.find_last_not_of(" \t\r\n");
    return end == std::string_view::npos ? std::string_view() : line.substr(0, end + 1);
  };
  if (lines.empty()) return 0;
  std::string_view first = trimmed(lines.front());
  if (first.starts_with("\xef\xbb\xbf")) first.remove_prefix(3);
  if (first != "---" && first != "+++") return 0;
  for (size_t i = 1; i < lines.size(); ++i) {
    const auto line = trimmed(lines[i]);
    // A blank line right behind the first: that was a rule, and the text goes on.
    if (i == 1 && line.empty()) return 0;
    if (line == first || (first == "---" && line == "...")) return i + 1;
  }
  return 0;
}

std::vector<Place> find_places(std::string_view markdown, const PlaceRules& rules) {
  if (markdown.size() > kMaxLessonBytes)
    fail(ErrorKind::limit, "the lesson has {} bytes, and {} are the most; cut it into parts",
         markdown.size(), kMaxLessonBytes);
  const auto blocks = parse_blocks(markdown);
  return rules.at == PlaceKind::paragraphs ? paragraphs(blocks, rules) : sections(blocks);
}

}  // namespace tandem
