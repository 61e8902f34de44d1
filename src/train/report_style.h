// What the report page looks like, and how a pointer reads it.
#pragma once

namespace tandem {

extern const char* const kReportStyle;   ///< CSS, light and dark
extern const char* const kReportScript;  ///< JavaScript; the page reads without it

}  // namespace tandem
