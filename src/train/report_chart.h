// A chart as inline SVG, with what a pointer needs to read values off it.
#pragma once

#include <string>
#include <vector>

#include "train/report_curve.h"

namespace tandem {

struct Chart {
  std::string title;
  bool from_zero = false;  ///< the axis begins at 0
  bool banded = false;     ///< the range of all values behind the line
  bool dotted = false;     ///< few values, each shown
  std::vector<Curve> curves;
};

/// `runs` are the names, for those who read a chart aloud. `steps` is the end of the x axis, which
/// all charts share.
std::string chart_html(const Chart& chart, const std::vector<std::string>& runs, double steps);

/// The text with &, <, > and quotes written as entities; ill-formed UTF-8 replaced.
std::string html_text(const std::string& text);

}  // namespace tandem
