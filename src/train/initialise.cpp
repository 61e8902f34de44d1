#include "train/initialise.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <span>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "model/weight_table.h"
#include "train/random.h"

namespace tandem {
namespace {

/// How a tensor's numbers are drawn.
struct Law {
  enum Kind { constant, uniform, normal } kind = constant;
  double value = 0;  ///< the constant; the bound on both sides; the standard deviation
};

using Shapes = std::map<std::string, Shape, std::less<>>;

double root(int64_t x) { return std::sqrt(static_cast<double>(x)); }

/// torch's Linear and Conv2d, weights and biases: uniform within 1 / sqrt(inputs).
Law of_inputs(const Shape& weight) {
  return {Law::uniform, 1 / root(element_count(weight) / weight[0])};
}

/// xavier_uniform_ of a matrix [out, in].
Law xavier(const Shape& weight) {
  return {Law::uniform, std::sqrt(6.0) / root(weight[0] + weight[1])};
}

Law bias_law(std::string_view name, const Shapes& shapes) {
  const bool is_zero = name.ends_with("in_proj_bias") || name.ends_with("out_proj.bias") ||
                       name == "text_projection.bias";
  if (is_zero) return {};
  const auto weight = shapes.find(std::string(name.substr(0, name.size() - 4)) + "weight");
  const bool of_norm = weight == shapes.end() || weight->second.size() < 2;
  return of_norm ? Law{} : of_inputs(weight->second);
}

Law embedding_law(std::string_view name, const Shape& shape) {
  if (name == "token_embedding.weight") return {Law::normal, 0.02};
  if (name == "positional_embedding" || name == "cls_emb") return {Law::normal, 0.01};
  if (name == "visual.attn_pool.query") return {Law::normal, 1};
  return {Law::normal, 1 / root(shape.back())};
}

// open_clip's TextTransformer.init_parameters.
Law text_matrix_law(std::string_view name, const TransformerConfig& config) {
  const double width = 1 / root(config.width);
  if (name.ends_with("out_proj.weight") || name.ends_with("c_proj.weight"))
    return {Law::normal, width / root(2 * int64_t{config.layers})};
  if (name.ends_with("c_fc.weight")) return {Law::normal, 1 / root(2 * int64_t{config.width})};
  return {Law::normal, width};  // in_proj_weight, text_projection
}

// The image towers keep torch's defaults for most.
Law image_matrix_law(std::string_view name, const ModelConfig& config, const Shape& shape) {
  if (name == "visual.proj")
    return {Law::normal,
            1 / root(std::get<VisionTransformerConfig>(*config.image).transformer.width)};
  if (name.starts_with("visual.attnpool.")) return {Law::normal, 1 / root(shape[1])};
  if (name.ends_with("_proj_weight")) return xavier(shape);  // in_, q_, k_, v_
  return of_inputs(shape);
}

Law law_of(const WeightSpec& spec, const ModelConfig& config, const LossSection& loss,
           const Shapes& shapes) {
  const std::string_view name = spec.name;
  switch (spec.role) {
    case WeightRole::statistic: return {Law::constant, name.ends_with("running_var") ? 1.0 : 0.0};
    case WeightRole::gain:
      if (name.ends_with(".gamma")) return {Law::constant, 1e-5};  // LayerScale's init_values
      // A bottleneck begins as its shortcut.
      return {Law::constant,
              name.starts_with("visual.layer") && name.ends_with("bn3.weight") ? 0.0 : 1.0};
    case WeightRole::bias: return bias_law(name, shapes);
    case WeightRole::scale:
      if (name == "logit_bias") return {Law::constant, loss.logit_bias};
      if (name.ends_with("head_scale")) return {Law::constant, 1};
      if (name != "logit_scale") return {Law::constant, std::numbers::ln10};
      if (loss.logit_scale != 0) return {Law::constant, loss.logit_scale};
      return {Law::constant,
              loss.kind == LossKind::sigmoid ? std::numbers::ln10 : std::log(1 / 0.07)};
    case WeightRole::embedding: return embedding_law(name, spec.shape);
    case WeightRole::convolution: return of_inputs(spec.shape);
    case WeightRole::matrix: break;
  }
  return name.starts_with("visual.") ? image_matrix_law(name, config, spec.shape)
                                     : text_matrix_law(name, config.text->transformer);
}

// Number i is a function of key and i: threads share the work without a trace.
void fill(std::span<float> values, const Law& law, uint64_t key) {
  constexpr size_t kBlock = size_t{1} << 16;
  const auto number = [&law, key](size_t i) {
    switch (law.kind) {
      case Law::constant: return law.value;
      case Law::uniform: return law.value * (2 * random_unit(key, i) - 1);
      case Law::normal: return law.value * random_normal(key, i);
    }
    return 0.0;
  };
  parallel_for(static_cast<int64_t>((values.size() + kBlock - 1) / kBlock), [&](int64_t block) {
    const size_t begin = static_cast<size_t>(block) * kBlock;
    for (size_t i = begin; i < std::min(begin + kBlock, values.size()); ++i)
      values[i] = static_cast<float>(number(i));
  });
}

}  // namespace

TensorStore initial_weights(const ModelConfig& config, const LossSection& loss, uint64_t seed) {
  const auto table = weight_table(config);
  Shapes shapes;
  for (const auto& spec : table) shapes[spec.name] = spec.shape;
  TensorStore weights;
  for (const auto& spec : table) {
    std::vector<float> values(static_cast<size_t>(element_count(spec.shape)));
    fill(values, law_of(spec, config, loss, shapes), random_key(seed, spec.name));
    weights.add(spec.name, spec.shape, values);
  }
  return weights;
}

}  // namespace tandem
