#include "index/embedding_code.h"

#include <algorithm>
#include <cmath>

#include "base/half.h"

namespace tandem {
namespace {

constexpr float kLargestByte = 127;

EmbeddingCode as_f16(std::span<const float> embedding) {
  EmbeddingCode code;
  code.bytes.reserve(2 * embedding.size());
  for (const float value : embedding) {
    const uint16_t bits = f16_from_float(value);
    code.bytes += static_cast<char>(bits & 0xff);
    code.bytes += static_cast<char>(bits >> 8);
  }
  return code;
}

EmbeddingCode as_int8(std::span<const float> embedding) {
  float largest = 0;
  for (const float value : embedding) largest = std::max(largest, std::abs(value));
  const float scale = largest > 0 ? largest / kLargestByte : 1;
  EmbeddingCode code{.scale = scale};
  code.bytes.reserve(embedding.size());
  for (const float value : embedding)
    code.bytes += static_cast<char>(static_cast<int8_t>(std::lrintf(value / scale)));
  return code;
}

}  // namespace

EmbeddingCode encode_embedding(std::span<const float> embedding, EmbeddingStore store) {
  return store == EmbeddingStore::f16 ? as_f16(embedding) : as_int8(embedding);
}

bool decode_embedding(std::string_view bytes, std::optional<double> scale,
                      std::span<float> values) {
  if (bytes.size() != values.size() * (scale ? 1 : 2)) return false;
  double squares = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (scale) {
      values[i] = static_cast<float>(static_cast<int8_t>(bytes[i]) * *scale);
    } else {
      const auto low = static_cast<uint8_t>(bytes[2 * i]);
      const auto high = static_cast<uint8_t>(bytes[2 * i + 1]);
      values[i] = float_from_f16(static_cast<uint16_t>(low | high << 8));
    }
    squares += double{values[i]} * values[i];
  }
  if (!(squares > 0) || !std::isfinite(squares)) return false;
  const auto factor = static_cast<float>(1 / std::sqrt(squares));
  for (float& value : values) value *= factor;
  return true;
}

}  // namespace tandem
