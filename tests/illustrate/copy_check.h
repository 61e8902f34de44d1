// What must hold of a lesson's copy with pictures, whatever the lesson: for tests and the fuzzer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "illustrate/blocks.h"
#include "illustrate/figures.h"
#include "illustrate/lesson.h"

namespace tandem_test {

/// A figure at every place.
inline std::vector<tandem::LessonFigure> figure_everywhere(
    const std::vector<tandem::Place>& places) {
  std::vector<tandem::LessonFigure> figures;
  for (const auto& place : places)
    figures.push_back({.place = place, .picture = "/p/a b](.png", .alt = "a [b] `c` *d* <e> |"});
  return figures;
}

/// The copy without the lines that bring pictures and what stands around them; empty where `copy`
/// is not the lesson's lines in order with others between them.
inline bool keeps_lines(std::string_view lesson, std::string_view copy) {
  const auto added = tandem::split_lines(copy);
  size_t at = 0;
  for (const auto& line : tandem::split_lines(lesson)) {
    const bool open = !line.ends_with('\n') && !line.ends_with('\r');
    const auto same = [&](std::string_view other) {
      return other == line || (open && other.starts_with(line) &&
                               other.find_first_not_of("\r\n", line.size()) == other.npos);
    };
    while (at < added.size() && !same(added[at])) ++at;
    if (at++ == added.size()) return false;
  }
  return true;
}

inline bool alike(const tandem::Block& a, const tandem::Block& b) {
  return a.kind == b.kind && a.level == b.level && a.text == b.text && a.tight == b.tight &&
         a.quoted == b.quoted && a.outermost == b.outermost && a.table == b.table &&
         a.indent == b.indent;
}

/// What is wrong with the copy, or "".
inline std::string copy_fault(std::string_view lesson, tandem::PlaceKind at) {
  const tandem::PlaceRules rules{.at = at, .min_words = 1};
  const auto places = tandem::find_places(lesson, rules);
  const std::string copy = tandem::add_figures(lesson, figure_everywhere(places), "/p/out", "End");
  if (places.empty()) return copy == lesson ? "" : "no place, and the copy differs";
  if (!keeps_lines(lesson, copy)) return "a line of the lesson changed";
  const auto before = tandem::parse_blocks(lesson);
  const auto after = tandem::parse_blocks(copy);
  size_t i = 0, figures = 0;
  for (const auto& block : after) {
    if (i < before.size() && alike(before[i], block)) {
      figures += block.has_picture && !before[i].has_picture;  // went on in a tight list
      ++i;
    } else if (block.kind == tandem::BlockKind::figure) {
      ++figures;
    } else if (i < before.size()) {
      return "block " + std::to_string(i) + " changed: " + before[i].text + " | " + block.text;
    }
  }
  if (i != before.size()) return "blocks are lost";
  if (figures != places.size())
    return std::to_string(figures) + " figures at " + std::to_string(places.size()) + " places";
  for (const auto& place : tandem::find_places(copy, rules))
    if (place.text != "End") return "a place is asked twice: " + place.text;
  return "";
}

}  // namespace tandem_test
