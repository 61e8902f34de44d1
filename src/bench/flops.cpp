#include "bench/flops.h"

#include "model/vision_transformer.h"

namespace tandem {
namespace {

// `rows` rows that each attend to `attended` rows; the last block computes
// keys and values for all of them and the rest for `last_rows`.
double transformer_flops(const TransformerConfig& config, double rows, double attended,
                         double last_rows) {
  const double width = config.width, mlp = config.mlp_width;
  const double kv = 2 * 2 * width * width;
  const double rest = 2 * (2 * width * width + 2 * width * mlp) + 4 * attended * width;
  return (config.layers - 1) * rows * (kv + rest) + rows * kv + last_rows * rest;
}

double image_flops(const VisionTransformerConfig& config, double dim) {
  const double width = config.transformer.width, rows = config.rows();
  const double patches = 2 * (rows - 1) * 3 * config.patch_height * config.patch_width * width;
  const double blocks =
      transformer_flops(config.transformer, rows, rows, pools_one_row(config) ? 1 : rows);
  return patches + blocks + 2 * width * dim;
}

double image_flops(const ModifiedResNetConfig& config, double dim) {
  double side = config.image_size / 2.0, width = config.width;
  double flops = 2 * 9 * side * side * (3 * width / 2 + width / 2 * width / 2 + width / 2 * width);
  side /= 2;
  double in = width;
  for (int layer = 0; layer < 4; ++layer) {
    const double planes = width * (1 << layer), out = 4 * planes;
    for (int i = 0; i < config.layers[layer]; ++i) {
      const bool halves = layer > 0 && i == 0;
      flops += 2 * side * side * (in * planes + 9 * planes * planes);
      if (halves) side /= 2;
      flops += 2 * side * side * planes * out;
      if (i == 0) flops += 2 * side * side * in * out;
      in = out;
    }
  }
  const double rows = side * side + 1;
  return flops + 2 * rows * 2 * in * in + 2 * in * in + 4 * rows * in + 2 * in * dim;
}

}  // namespace

double image_flops(const ModelConfig& config) {
  return std::visit([&](const auto& image) { return image_flops(image, config.embed_dim); },
                    *config.image);
}

double text_flops(const TextTransformerConfig& config, int embed_dim, double rows, double length,
                  double pooled) {
  const double attended = config.causal ? (length + 1) / 2 : length;
  return transformer_flops(config.transformer, rows, attended, pooled) +
         2 * pooled * config.transformer.width * embed_dim;
}

}  // namespace tandem
