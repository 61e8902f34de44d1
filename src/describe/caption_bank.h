// Sentences that a picture may be described with: a bank of our own, or a file's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// Letters of a proposal, the "May show: " before a sentence included: what screen readers read in
/// one go.
inline constexpr size_t kLongestAlt = 125;

struct CaptionBank {
  std::vector<std::string> sentences;
  size_t careless = 0;  ///< left out for what careful_words.h does not say
  size_t too_long = 0;  ///< left out for their length
};

/// Our own: plain sentences of everyday scenes, written for Tandem.
CaptionBank own_caption_bank();

/// The lines of a file (UTF-8), each a sentence; empty ones are passed over, equal ones count once.
/// Errors: as read_file; bad_input where nothing is left, limit for more than 200,000 sentences.
CaptionBank read_caption_bank(const std::string& path);

/// A pattern a line, with "{a|b}" for either; all their sentences. Brackets do not nest.
std::vector<std::string> expand_patterns(std::string_view patterns);

/// caption_bank_table.cpp
extern const char* const kScenePatterns;

}  // namespace tandem
