// The stage `towers`: features, embeddings, logits and every tap of both towers.

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/safetensors.h"
#include "engine/engine.h"
#include "verify/compare.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

struct Inputs {
  std::vector<float> pixels;
  Shape pixel_shape;            // empty: the case has no pictures
  std::vector<int32_t> tokens;  // [texts, context_length]
};

Inputs read_inputs(const TensorStore& arrays, const ModelConfig& config) {
  Inputs inputs;
  if (const auto* pixels = arrays.find("pixels"); pixels && config.image) {
    const auto [height, width] = config.image_size();
    if (pixels->shape.size() != 4 || pixels->shape[1] != 3 || pixels->shape[2] != height ||
        pixels->shape[3] != width)
      fail(ErrorKind::bad_input,
           "the case's pixels have the shape {}, the model takes [n, 3, {}, {}]",
           to_string(pixels->shape), height, width);
    inputs.pixels = to_float(*pixels);
    inputs.pixel_shape = pixels->shape;
  }
  if (const auto* tokens = arrays.find("tokens"); tokens && config.text) {
    if (tokens->shape.size() != 2 || tokens->shape[1] != config.text->context_length)
      fail(ErrorKind::bad_input, "the case's tokens have the shape {}, the model takes [n, {}]",
           to_string(tokens->shape), config.text->context_length);
    for (const int64_t id : to_int64(*tokens)) inputs.tokens.push_back(static_cast<int32_t>(id));
  }
  return inputs;
}

// Feature maps are tapped channels last and recorded channels first.
std::vector<double> channels_first(const std::vector<double>& rows, int64_t channels, MapSize map) {
  const int64_t area = int64_t{map.height} * map.width;
  std::vector<double> out(rows.size());
  for (int64_t row = 0; row < map.batch * area; ++row)
    for (int64_t c = 0; c < channels; ++c)
      out[(row / area * channels + c) * area + row % area] = rows[row * channels + c];
  return out;
}

class Run {
 public:
  Run(const Engine& engine, const Inputs& inputs) : engine_(engine), inputs_(inputs) {}

  /// As users run it (packed, pruned, folded), or plain with every tap.
  ComputedTensors compute(bool plain) {
    tensors_.clear();
    TapListener listener;
    if (plain)
      listener = [this](const std::string& name, int64_t rows, int64_t width, MapSize map,
                        std::vector<double> values) {
        if (map.batch > 0) values = channels_first(values, width, map);
        tensors_[name] = {{rows, width}, std::move(values)};
      };
    encode_image(listener);
    encode_text(plain ? TextRows::padded : TextRows::trie, listener);
    logits();
    return std::move(tensors_);
  }

 private:
  void encode_image(const TapListener& listener) {
    if (inputs_.pixel_shape.empty()) return;
    const auto& shape = inputs_.pixel_shape;
    const Pixels pixels{.values = inputs_.pixels,
                        .batch = shape[0],
                        .height = static_cast<int>(shape[2]),
                        .width = static_cast<int>(shape[3])};
    const auto output = outputs("image", shape[0]);
    engine_.image_encoder().encode_image(pixels, output, listener);
  }

  void encode_text(TextRows rows, const TapListener& listener) {
    if (inputs_.tokens.empty()) return;
    const TextBatch batch =
        make_text_batch(inputs_.tokens, *engine_.checkpoint().config.text, rows);
    const auto output = outputs("text", static_cast<int64_t>(batch.pooled_rows.size()));
    engine_.text_encoder().encode_text(batch, output, listener);
  }

  EncoderOutput outputs(const std::string& tower, int64_t rows) {
    const int64_t width = engine_.checkpoint().config.embed_dim;
    const auto make = [&](const std::string& name) {
      auto& computed = tensors_[tower + name];
      computed = {{rows, width}, std::vector<double>(static_cast<size_t>(rows * width))};
      return computed.values.data();
    };
    return {.features = make("_features"), .embeddings = make("_embeddings")};
  }

  void logits() {
    if (!tensors_.count("image_embeddings") || !tensors_.count("text_embeddings")) return;
    const auto& checkpoint = engine_.checkpoint();
    const auto& image = tensors_["image_embeddings"];
    const auto& text = tensors_["text_embeddings"];
    const int64_t images = image.shape[0], texts = text.shape[0], width = image.shape[1];
    const double scale = std::exp(checkpoint.logit_scale());
    Computed per_image{{images, texts}, {}}, per_text{{texts, images}, {}};
    per_text.values.resize(static_cast<size_t>(images * texts));
    for (int64_t i = 0; i < images; ++i)
      for (int64_t t = 0; t < texts; ++t) {
        double sum = 0;
        for (int64_t c = 0; c < width; ++c)
          sum += image.values[i * width + c] * text.values[t * width + c];
        per_image.values.push_back(scale * sum + checkpoint.logit_bias().value_or(0));
        per_text.values[t * images + i] = per_image.values.back();
      }
    tensors_["probabilities_sigmoid"] = {per_image.shape, sigmoid(per_image.values)};
    tensors_["logits_per_image"] = std::move(per_image);
    tensors_["logits_per_text"] = std::move(per_text);
  }

  const Engine& engine_;
  const Inputs& inputs_;
  ComputedTensors tensors_;
};

void add_position_tables(const TensorStore& weights, ComputedTensors& tensors) {
  for (const auto& [resized, name] :
       {std::pair{"resized.visual.positional_embedding", "visual.positional_embedding"},
        std::pair{"resized.text.positional_embedding", "positional_embedding"}})
    if (const auto* table = weights.find(name))
      tensors[resized] = {table->shape, to_double(*table)};
}

void verify_model(const std::string& layout, const std::string& path, const Json& case_json,
                  const TensorStore& arrays, const VerifyOptions& options,
                  const VerifyReport& report) {
  const Engine engine(open_checkpoint(path, {.tokenizer = options.load.tokenizer}), options.load);
  const Inputs inputs = read_inputs(arrays, engine.checkpoint().config);
  Run run(engine, inputs);
  const ComputedTensors as_used = run.compute(false);
  ComputedTensors plain = run.compute(true);
  add_position_tables(engine.checkpoint().weights, plain);

  const ComputedTensors* both[] = {&as_used, &plain};
  const ComputedTensors* taps_alone[] = {&plain};
  const auto [expect, taps] = expected_of(case_json, layout);
  if (expect.empty() && taps.empty())
    fail(ErrorKind::bad_input, "the case lists nothing to compare; get it again");
  // Taps first, in the order of computation: the first that is out is where to look.
  for (const auto& entry : taps) compare_entry(entry, arrays, taps_alone, layout, report);
  for (const auto& entry : expect) compare_entry(entry, arrays, both, layout, report);
}

}  // namespace

void verify_towers(const std::string& folder, const Json& case_json, const VerifyOptions& options,
                   const VerifyReport& report) {
  const TensorStore arrays = read_safetensors(folder + "/arrays.safetensors");
  for (const auto& [layout, path] : models_of(folder, case_json, options)) {
    try {
      verify_model(layout, path, case_json, arrays, options, report);
    } catch (const Error& error) {
      report({.layout = layout, .detail = error.what()});
    }
  }
}

}  // namespace tandem
