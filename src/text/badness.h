// ftfy's heuristic: does a text contain sequences that only mojibake has?
#pragma once

#include <string_view>

namespace tandem {

/// Whether any of ftfy 6.3.1's unlikely juxtapositions occurs. Linear.
bool is_bad(std::u32string_view text);

}  // namespace tandem
