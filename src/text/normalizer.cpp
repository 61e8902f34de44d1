#include "text/normalizer.h"

#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "text/json_fields.h"
#include "text/unicode.h"
#include "text/utf8.h"

namespace tandem {
namespace {

std::u32string collapse_white_space(const std::u32string& text) {
  std::u32string out;
  out.reserve(text.size());
  bool in_space = false;
  for (const char32_t code : text) {
    const bool space = is_white_space(code);
    if (!space || !in_space) out.push_back(space ? U' ' : code);
    in_space = space;
  }
  return out;
}

std::string apply_to_ascii(std::string_view text, const std::vector<NormalizerStep>& steps) {
  bool collapse = false, lower = false;  // the order of these two does not matter
  for (const NormalizerStep step : steps) {
    collapse |= step == NormalizerStep::collapse_white_space;
    lower |= step == NormalizerStep::lowercase;
  }
  std::string out;
  out.reserve(text.size());
  bool in_space = false;
  for (char c : text) {
    const bool space = collapse && is_white_space(static_cast<unsigned char>(c));
    if (space) c = ' ';
    if (lower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (!space || !in_space) out.push_back(c);
    in_space = space;
  }
  return out;
}

void add_steps(const Json& step, const std::string& source, std::vector<NormalizerStep>& steps) {
  if (step.is_null()) return;
  const std::string type = string_field(step, "type", source);
  if (type == "Sequence") {
    for (const Json& inner : array_field(step, "normalizers", source))
      add_steps(inner, source, steps);
  } else if (type == "NFC") {
    steps.push_back(NormalizerStep::nfc);
  } else if (type == "Lowercase") {
    steps.push_back(NormalizerStep::lowercase);
  } else if (type == "Replace" && step.contains("pattern") &&
             step["pattern"] == Json{{"Regex", "\\s+"}} && step.value("content", Json()) == " ") {
    steps.push_back(NormalizerStep::collapse_white_space);
  } else {
    fail(ErrorKind::unsupported,
         "{}: normalizes with \"{}\", which CLIP's tokenizers do not; use a CLIP tokenizer", source,
         type);
  }
}

}  // namespace

std::string Normalizer::apply(std::string_view text) const {
  if (is_ascii(text)) return apply_to_ascii(text, steps);
  std::u32string codes = utf8_to_utf32(text);
  for (const NormalizerStep step : steps) {
    switch (step) {
      case NormalizerStep::nfc: codes = to_nfc(std::move(codes)); break;
      case NormalizerStep::collapse_white_space: codes = collapse_white_space(codes); break;
      case NormalizerStep::lowercase: codes = lower_each(codes); break;
    }
  }
  return utf32_to_utf8(codes);
}

std::string Normalizer::describe() const {
  std::string text;
  for (const NormalizerStep step : steps) {
    if (!text.empty()) text += ',';
    text += step == NormalizerStep::nfc         ? "nfc"
            : step == NormalizerStep::lowercase ? "lowercase"
                                                : "white-space";
  }
  return text.empty() ? "none" : text;
}

Normalizer Normalizer::of_clip() {
  return {{NormalizerStep::nfc, NormalizerStep::collapse_white_space, NormalizerStep::lowercase}};
}

Normalizer Normalizer::from_json(const Json& normalizer, const std::string& source) {
  Normalizer parsed;
  add_steps(normalizer, source, parsed.steps);
  return parsed;
}

}  // namespace tandem
