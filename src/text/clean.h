// The cleaning of openai/CLIP and open_clip, before text is split.
#pragma once

#include <string>
#include <string_view>

#include "text/tokenizer.h"

namespace tandem {

/// `text` (valid UTF-8) as the references' cleaning leaves it. Any kind but
/// Cleaning::hugging_face, whose normalizer is in the model's own file.
std::string clean_text(std::string_view text, Cleaning kind);

}  // namespace tandem
