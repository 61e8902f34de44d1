// What every page of ours shares.
#pragma once

namespace tandem {

/// CSS: the variables --page, --card, --ink, --soft, --line, --edge, --accent in light and dark;
/// headings, text, links, tables, visible focus, and figures of one height a row in a list of class
/// "grid". Contrast of text is at least 4.5 (WCAG 1.4.3), of controls' edges 3 (1.4.11).
extern const char* const kPageStyle;

/// Arrow keys from link to link of a grid whose every card has one.
extern const char* const kGridScript;

}  // namespace tandem
