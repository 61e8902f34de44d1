// How an embedding is written into a library: half-precision numbers, or bytes with a scale.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

enum class EmbeddingStore {
  f16,   ///< IEEE binary16, little endian: cosines are off by about 1e-5 at most
  int8,  ///< a signed byte times the row's scale: half the room, cosines are off by about 1e-3
};

struct EmbeddingCode {
  std::optional<double> scale;  ///< of int8 alone
  std::string bytes;            ///< 2 x width, or width
};

EmbeddingCode encode_embedding(std::span<const float> embedding, EmbeddingStore store);

/// Of length 1 again, into values.size() floats. False where the bytes are not as many as that, or
/// hold NaN, infinities or nothing but zeros.
bool decode_embedding(std::string_view bytes, std::optional<double> scale, std::span<float> values);

}  // namespace tandem
