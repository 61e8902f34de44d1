// A copy of a lesson with pictures in it; everything else keeps its bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "illustrate/lesson.h"

namespace tandem {

/// A picture at a place.
struct LessonFigure {
  Place place;
  std::string picture;  ///< path, whatever bytes
  std::string alt;      ///< "": nobody wrote one, and the copy says so
  std::string credit, licence;
};

/// What stands where nobody wrote an alt text.
inline constexpr std::string_view kMissingAlt = "Alt text is missing: a person must write it";

/// The lesson with the figures behind their places, in the line ends of each place, and at its end
/// a table of the pictures under `heading`: numbers, names, and credits and licences where any
/// picture has one. Paths are relative to `folder` (where the copy will lie), percent-encoded.
/// Nothing changes where there are no figures. `figures`: from find_places of this lesson, in its
/// order. Error: bad_input where the lesson ends inside code or HTML that is never closed.
std::string add_figures(std::string_view markdown, std::span<const LessonFigure> figures,
                        const std::string& folder,
                        const std::string& heading = "Sources of the pictures");

/// Text as Markdown that shows it as it is, on one line, inside brackets and table cells too.
std::string escape_markdown(std::string_view text);

}  // namespace tandem
