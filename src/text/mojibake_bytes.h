// The bytes under mojibake: mending UTF-8 that lost something, reading its variants.
#pragma once

#include <optional>
#include <string>

namespace tandem {

/// Whether there is UTF-8 whose byte A0 may have become a space.
bool has_altered_utf8(const std::string& bytes);
/// Gives such UTF-8 its A0 back; "C3 20" as a word of its own keeps its space.
std::string restore_byte_a0(const std::string& bytes);
/// UTF-8 sequences of which bytes were lost (0x1A, in places '?') become U+FFFD.
std::string replace_lossy_sequences(const std::string& bytes);
/// UTF-8; with `variants` also CESU-8 pairs and C0 80 for U+0000. Nothing where
/// the bytes are neither.
std::optional<std::u32string> decode_bytes(const std::string& bytes, bool variants);

}  // namespace tandem
