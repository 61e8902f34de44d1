#include "text/mojibake_bytes.h"

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "text/utf8.h"

namespace tandem {
namespace {

/// A window of bytes at a position; past the end there is -1.
class Window {
 public:
  Window(const std::string& bytes, size_t position) : bytes_(bytes), position_(position) {}

  int operator[](size_t i) const {
    return position_ + i < bytes_.size() ? static_cast<uint8_t>(bytes_[position_ + i]) : -1;
  }
  bool in(size_t i, int low, int high) const { return (*this)[i] >= low && (*this)[i] <= high; }
  bool continues(size_t i) const { return in(i, 0x80, 0xBF); }

 private:
  const std::string& bytes_;
  size_t position_;
};

/// The length of ftfy's ALTERED_UTF8_RE at the window, or 0.
size_t altered_length(const Window& at) {
  const int lead = at[0];
  const auto likely = [&](size_t i) {  // not 85 (an ellipsis) nor A0 itself
    return at.continues(i) && at[i] != 0x85 && at[i] != 0xA0;
  };
  for (const int two : {0xC2, 0xC3, 0xC5, 0xCE, 0xD0, 0xD9})
    if (lead == two) return at[1] == ' ' ? 2 : 0;
  if (lead == 0xE2 || lead == 0xE3) {
    if (at[1] == ' ' && likely(2)) return 3;
  }
  if (lead >= 0xE0 && lead <= 0xE3) return likely(1) && at[2] == ' ' ? 3 : 0;
  if (lead != 0xF0) return 0;
  int spaces = 0;
  for (size_t i = 1; i <= 3; ++i) {
    if (at[i] == ' ')
      ++spaces;
    else if (!at.continues(i))
      return 0;
  }
  return spaces == 1 ? 4 : 0;
}

/// "C3 20" not before a space or the rest of a Portuguese word that begins with
/// a-grave (quele, quela, quilo, s).
bool is_a_grave_word(const std::string& bytes, size_t position) {
  if (bytes.compare(position, 2, "\xC3 ") != 0) return false;
  for (const std::string_view rest : {" ", "quele", "quela", "quilo", "s "})
    if (bytes.compare(position + 2, rest.size(), rest) == 0) return false;
  return true;
}

constexpr int kLost = 0x1A;

/// The length of ftfy's LOSSY_UTF8_RE at the window, or 0.
size_t lossy_length(const Window& at) {
  const int lead = at[0];
  if (lead == kLost) return 1;
  const auto lost = [&](size_t i) { return at[i] == kLost || at[i] == '?'; };
  const auto kept_or_lost = [&](size_t i) { return at[i] == kLost || at.continues(i); };
  if (lead >= 0xC2 && lead <= 0xDF) return at[1] == kLost || (lead <= 0xC3 && at[1] == '?') ? 2 : 0;
  if (lead == 0xED && at.in(1, 0xA0, 0xAF) && at[3] == 0xED && at.in(4, 0xB0, 0xBF)) {
    const bool first = lost(2) && (lost(5) || at.continues(5));
    const bool second = (lost(2) || at.continues(2)) && lost(5);
    if (first || second) return 6;
  }
  const size_t following = lead >= 0xE0 && lead <= 0xEF ? 2 : lead >= 0xF0 && lead <= 0xF4 ? 3 : 0;
  // One place may be '?', one at least is lost.
  int question_marks = 0, all_lost = 0;
  for (size_t i = 1; i <= following; ++i) {
    question_marks += at[i] == '?';
    all_lost += lost(i);
    if (!lost(i) && !kept_or_lost(i)) return 0;
  }
  return all_lost > 0 && question_marks <= 1 ? following + 1 : 0;
}

/// A surrogate pair in CESU-8. ftfy's pattern ends in "or the end", which in
/// Python is also before a last line feed: such a pair's last byte is that.
bool is_cesu8_pair(const std::string& bytes, size_t position) {
  const Window at(bytes, position);
  return at[0] == 0xED && at.in(1, 0xA0, 0xAF) && at.continues(2) && at[3] == 0xED &&
         at.in(4, 0xB0, 0xBF) &&
         (at.continues(5) || (at[5] == '\n' && position + 6 == bytes.size()));
}

/// C0 80, or C0 before a last line feed (for the same reason).
bool is_java_null(const std::string& bytes, size_t position) {
  const Window at(bytes, position);
  return at[0] == 0xC0 && (at[1] == 0x80 || (at[1] == '\n' && position + 2 == bytes.size()));
}

}  // namespace

bool has_altered_utf8(const std::string& bytes) {
  for (size_t i = 0; i < bytes.size(); ++i)
    if (altered_length(Window(bytes, i)) != 0) return true;
  return false;
}

std::string restore_byte_a0(const std::string& bytes) {
  std::string spaced;
  spaced.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (is_a_grave_word(bytes, i)) {
      spaced += "\xC3\xA0 ";
      ++i;
    } else {
      spaced.push_back(bytes[i]);
    }
  }
  for (size_t i = 0; i < spaced.size();) {
    const size_t length = altered_length(Window(spaced, i));
    for (size_t k = 0; k < length; ++k)
      if (spaced[i + k] == ' ') spaced[i + k] = '\xA0';
    i += length == 0 ? 1 : length;
  }
  return spaced;
}

std::string replace_lossy_sequences(const std::string& bytes) {
  std::string mended;
  mended.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    const size_t length = lossy_length(Window(bytes, i));
    if (length == 0)
      mended.push_back(bytes[i++]);
    else
      mended += "\xEF\xBF\xBD";
    i += length;
  }
  return mended;
}

std::optional<std::u32string> decode_bytes(const std::string& bytes, bool variants) {
  std::u32string text;
  text.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    const auto byte = [&](size_t k) { return static_cast<uint8_t>(bytes[i + k]); };
    if (variants && is_java_null(bytes, i)) {
      text.push_back(0);
      i += 2;
    } else if (variants && is_cesu8_pair(bytes, i)) {
      text.push_back(0x10000 + ((byte(1) & 0x0Fu) << 16) + ((byte(2) & 0x3Fu) << 10) +
                     ((byte(4) & 0x0Fu) << 6) + (byte(5) & 0x3Fu));
      i += 6;
    } else {
      const Utf8Step step = utf8_step(bytes, i);
      if (!step.valid) return std::nullopt;
      text.push_back(step.code);
      i += step.length;
    }
  }
  return text;
}

}  // namespace tandem
