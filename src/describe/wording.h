// How a proposal is said.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// "A dog on grass." as it is where one is sure, else "May show: a dog on grass." The first letter
/// of words that begin a sentence by chance alone (articles, numbers...) becomes small.
std::string wording(const std::string& sentence, bool sure);

/// Code points; a byte that is no UTF-8 counts as one.
size_t letters_in(std::string_view text);

/// Valid UTF-8 in one line: what is none becomes U+FFFD, runs of white space and control characters
/// one blank, none at the ends.
std::string plain_line(std::string_view text);

/// Lower-case words of Latin letters without accents; every other character parts them. "." stands
/// for a letter of another script, as a word.
std::vector<std::string> plain_words(std::string_view text);

}  // namespace tandem
