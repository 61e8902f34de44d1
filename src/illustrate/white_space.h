// Text as one line.
#pragma once

#include <string>
#include <string_view>

namespace tandem {

/// Every run of white space as one blank, none at the ends.
std::string collapsed(std::string_view text);

}  // namespace tandem
