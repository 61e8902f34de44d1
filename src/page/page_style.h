// What every page of ours shares.
#pragma once

namespace tandem {

/// CSS: the variables --page, --card, --ink, --soft, --line, --accent in light and dark; headings,
/// text, links, tables, figures in a grid of class "grid", visible focus. Contrast of text is at
/// least 4.5 (WCAG 1.4.3).
extern const char* const kPageStyle;

}  // namespace tandem
