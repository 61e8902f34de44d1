// What the report's page brings beside the style of all pages.
#pragma once

namespace tandem {

extern const char* const kSortReportStyle;
extern const char* const kSortReportScript;

}  // namespace tandem
