// The stage `zero_shot`: words and picture files to probabilities.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/safetensors.h"
#include "engine/engine.h"
#include "image/preprocess.h"
#include "verify/compare.h"
#include "zero_shot/ensemble.h"
#include "zero_shot/ranking.h"
#include "zero_shot/templates.h"

namespace tandem {
namespace {

// The cases tokenise, pad and preprocess as openai/CLIP does, whatever the layout.
Checkpoint with_openai_rules(Checkpoint checkpoint) {
  checkpoint.cleaning = Cleaning::openai;
  if (!checkpoint.tokenizer.vocab.empty() || !checkpoint.tokenizer.bpe_vocab.empty())
    checkpoint.tokenizer.tokenizer_json.clear();
  const auto [height, width] = checkpoint.config.image_size();
  checkpoint.preprocess = PreprocessConfig{.height = height, .width = width};
  return checkpoint;
}

Computed rows_of(const Embeddings& embeddings) {
  return {{embeddings.rows, embeddings.width},
          {embeddings.values.begin(), embeddings.values.end()}};
}

struct Case {
  std::vector<std::string> classes;
  Templates templates;
  std::vector<std::string> images;
  bool truncate = true;
  std::vector<int> token_counts;  // of each prompt, with both specials, before truncation
};

Case read_case(const std::string& folder, const Json& case_json) {
  Case read{.classes = case_json.at("classes").get<std::vector<std::string>>(),
            .templates = {"case", case_json.at("templates").get<std::vector<std::string>>()},
            .truncate = case_json.value("truncate", true),
            .token_counts = case_json.value("prompt_token_counts", std::vector<int>())};
  for (const auto& image : case_json.at("images"))
    read.images.push_back((std::filesystem::path(folder) / image.get<std::string>()).string());
  return read;
}

void add_answers(const Engine& engine, const Embeddings& images, const Embeddings& classes,
                 int64_t k, ComputedTensors& tensors) {
  const auto& checkpoint = engine.checkpoint();
  const double scale = std::exp(checkpoint.logit_scale());
  const Shape shape{images.rows, classes.rows}, top_shape{images.rows, k};
  Computed all_logits{shape, {}}, probabilities{shape, {}};
  Computed top_indices{top_shape, {}}, top_probabilities{top_shape, {}};
  for (int64_t i = 0; i < images.rows; ++i) {
    std::vector<double> logits;
    for (int64_t c = 0; c < classes.rows; ++c)
      logits.push_back(scale * cosine(images.row(i), classes.row(c)) +
                       checkpoint.logit_bias().value_or(0));
    const auto row = softmax(logits);
    all_logits.values.insert(all_logits.values.end(), logits.begin(), logits.end());
    probabilities.values.insert(probabilities.values.end(), row.begin(), row.end());
    for (const size_t best : top(row, static_cast<size_t>(k))) {
      top_indices.values.push_back(static_cast<double>(best));
      top_probabilities.values.push_back(row[best]);
    }
  }
  tensors["probabilities_sigmoid"] = {shape, sigmoid(all_logits.values)};
  tensors["logits"] = std::move(all_logits);
  tensors["probabilities"] = std::move(probabilities);
  tensors["top_indices"] = std::move(top_indices);
  tensors["top_probabilities"] = std::move(top_probabilities);
}

ComputedTensors compute(const Engine& engine, const Case& golden,
                        const std::vector<int32_t>& padded, TextRows rows, int64_t k) {
  ComputedTensors tensors;
  const auto templates = static_cast<int64_t>(golden.templates.texts.size());
  const Embeddings prompts = engine.encode_tokens(padded, rows);
  const Embeddings classes = average_prompts(prompts, templates);
  tensors["tokens"] = {{prompts.rows, engine.checkpoint().config.text->context_length},
                       {padded.begin(), padded.end()}};

  const auto [height, width] = engine.checkpoint().config.image_size();
  std::vector<RgbImage> pictures;
  std::vector<float> pixels(golden.images.size() * 3 * static_cast<size_t>(height) * width);
  float* next = pixels.data();
  for (const auto& path : golden.images) {
    normalise(pictures.emplace_back(engine.load_picture(path)), engine.checkpoint().preprocess,
              next);
    next += 3 * height * width;
  }
  tensors["pixels"] = {{static_cast<int64_t>(pictures.size()), 3, height, width},
                       {pixels.begin(), pixels.end()}};
  const Embeddings images = engine.encode_pictures(pictures);
  tensors["text_embeddings"] = rows_of(prompts);
  tensors["class_embeddings"] = rows_of(classes);
  tensors["image_embeddings"] = rows_of(images);
  add_answers(engine, images, classes, k, tensors);
  return tensors;
}

// The prompts as token rows, or nothing where a prompt was refused as too long.
std::optional<std::vector<int32_t>> tokenise(const Engine& engine, const Case& golden) {
  std::vector<int32_t> padded;
  for (const auto& prompt : fill(golden.classes, golden.templates)) {
    try {
      const auto row = engine.padded_row(prompt, golden.truncate);
      padded.insert(padded.end(), row.begin(), row.end());
    } catch (const Error& error) {
      if (golden.truncate || error.kind() != ErrorKind::bad_input) throw;
      return std::nullopt;
    }
  }
  return padded;
}

// Without truncation exactly the prompts that are longer than the context are refused.
void verify_refusals(const Engine& engine, const Case& golden, const std::string& layout,
                     const VerifyReport& report) {
  if (golden.token_counts.empty()) return;
  VerifyLine line{.layout = layout, .tensor = "refused_without_truncate", .ok = true};
  const auto prompts = fill(golden.classes, golden.templates);
  for (size_t i = 0; i < prompts.size() && line.ok; ++i) {
    bool refused = false;
    try {
      engine.padded_row(prompts[i], false);
    } catch (const Error&) {
      refused = true;
    }
    const bool too_long = i < golden.token_counts.size() &&
                          golden.token_counts[i] > engine.checkpoint().config.text->context_length;
    line.ok = refused == too_long;
    if (!line.ok) line.detail = "\"" + prompts[i] + "\" is " + (refused ? "refused" : "taken");
  }
  report(line);
}

void verify_model(const std::string& layout, const std::string& path, const Case& golden,
                  const Json& case_json, const TensorStore& arrays, const VerifyOptions& options,
                  const VerifyReport& report) {
  LoadOptions load = options.load;
  load.orient = false;
  const Engine engine(with_openai_rules(open_checkpoint(path, {.tokenizer = load.tokenizer})),
                      load);
  verify_refusals(engine, golden, layout, report);
  const auto padded = tokenise(engine, golden);
  // Without truncation the reference raises on a long prompt: then the refusal is all there is.
  if (!padded && !golden.token_counts.empty()) return;
  if (!padded)
    return report(
        {.layout = layout, .tensor = "tokens", .detail = "a prompt was refused as too long"});
  const auto* top = arrays.find("top_indices");
  const int64_t k = top && top->shape.size() == 2 ? top->shape[1] : 5;
  const ComputedTensors as_used = compute(engine, golden, *padded, TextRows::trie, k);
  const ComputedTensors plain = compute(engine, golden, *padded, TextRows::padded, k);
  const ComputedTensors* both[] = {&as_used, &plain};
  const auto [expect, taps] = expected_of(case_json, layout);
  if (expect.empty() && taps.empty())
    fail(ErrorKind::bad_input, "the case lists nothing to compare; get it again");
  for (const auto& entry : expect) compare_entry(entry, arrays, both, layout, report);
  for (const auto& entry : taps) compare_entry(entry, arrays, both, layout, report);
}

}  // namespace

void verify_zero_shot(const std::string& folder, const Json& case_json,
                      const VerifyOptions& options, const VerifyReport& report) {
  const TensorStore arrays = read_safetensors(folder + "/arrays.safetensors");
  const Case golden = read_case(folder, case_json);
  for (const auto& [layout, path] : models_of(folder, case_json, options)) {
    try {
      verify_model(layout, path, golden, case_json, arrays, options, report);
    } catch (const Error& error) {
      report({.layout = layout, .detail = error.what()});
    }
  }
}

}  // namespace tandem
