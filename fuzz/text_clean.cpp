// Any bytes as a text: cleaned, cut into words and merged, or refused by a sentence.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/error.h"
#include "text/clean.h"
#include "text/normalizer.h"
#include "text/utf8.h"
#include "text/word_splitter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (invalid_utf8_offset(text) != std::string_view::npos) {
    if (invalid_utf8_offset(replace_invalid_utf8(text)) != std::string_view::npos) std::abort();
    return 0;
  }
  static const WordSplitter openai(true, {{"<|startoftext|>"}, {"<|endoftext|>"}, {"a.b", true}});
  const auto split = [](std::string_view cleaned) {
    if (invalid_utf8_offset(cleaned) != std::string_view::npos) std::abort();
    size_t position = 0;
    for (WordSpan word = openai.next(cleaned, 0); word.begin != word.end;
         word = openai.next(cleaned, word.end)) {
      if (word.begin < position || word.end > cleaned.size()) std::abort();
      position = word.end;
    }
  };
  for (const Cleaning cleaning :
       {Cleaning::openai, Cleaning::canonicalize, Cleaning::whitespace_underscore})
    split(clean_text(text, cleaning));
  split(Normalizer::of_clip().apply(text));
  return 0;
}
