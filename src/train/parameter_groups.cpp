#include "train/parameter_groups.h"

#include <cmath>
#include <string_view>

#include "base/fail.h"

namespace tandem {
namespace {

// The published rule as open_clip's code had it; dimensions before names' parts.
bool spared_as_published(const WeightSpec& spec) {
  if (spec.shape.size() < 2) return true;
  for (const std::string_view part : {"bn", "ln", "bias", "logit_scale"})
    if (spec.name.find(part) != std::string::npos) return true;
  return false;
}

// open_clip's newer rule: dimensions, and the names that its towers list.
bool spared_as_newer(const WeightSpec& spec) {
  return spec.shape.size() < 2 || spec.name == "positional_embedding" ||
         spec.name == "visual.positional_embedding" || spec.name == "visual.class_embedding";
}

int layers_of(const ModelConfig& config, bool image) {
  if (!image) return config.text->transformer.layers;
  if (const auto* vit = std::get_if<VisionTransformerConfig>(&*config.image))
    return vit->transformer.layers;
  return 4;  // a ModifiedResNet's stages
}

/// Where a weight stands in its tower, from the input: 0 embeddings, 1 to `layers` the blocks (the
/// final norm with the last), then the head. open_clip's layer_groups.
int depth_of(std::string_view name, int layers) {
  const auto number_after = [&](std::string_view prefix) {
    const size_t at = name.find(prefix);
    return at == std::string_view::npos ? -1
                                        : std::stoi(std::string(name.substr(at + prefix.size())));
  };
  if (const int block = number_after("resblocks."); block >= 0) return block + 1;
  if (name.starts_with("visual.layer")) return number_after("visual.layer");
  if (name.starts_with("visual.ln_post") || name.starts_with("ln_final")) return layers;
  for (const std::string_view head :
       {"visual.proj", "visual.attn_pool.", "visual.attnpool.", "text_projection"})
    if (name.starts_with(head)) return layers + 1;
  return 0;
}

void check_unlocked(const ModelConfig& config, bool image, int unlocked) {
  const int layers = layers_of(config, image);
  const char* tower = image ? "image" : "text";
  if (unlocked < 0 || unlocked > layers)
    fail(ErrorKind::bad_input,
         "model.unlocked_{}_blocks is {}, and this model's {} tower has {} blocks; choose 0 to {}",
         tower, unlocked, tower, layers, layers);
}

}  // namespace

std::vector<ParameterRule> parameter_rules(const ModelConfig& config, const ModelSection& model,
                                           const OptimizerSection& optimizer) {
  if (config.image && model.lock_image) check_unlocked(config, true, model.unlocked_image_blocks);
  if (config.text && model.lock_text) check_unlocked(config, false, model.unlocked_text_blocks);
  // Without a projection the last block is the head.
  const bool text_has_head = config.text && config.text->projection != TextProjection::none;

  std::vector<ParameterRule> rules;
  for (const auto& spec : weight_table(config)) {
    ParameterRule rule{.name = spec.name, .trained = spec.role != WeightRole::statistic};
    rule.decayed =
        rule.trained && !(optimizer.decay_rule == DecayRule::published ? spared_as_published(spec)
                                                                       : spared_as_newer(spec));
    if (spec.name != "logit_scale" && spec.name != "logit_bias") {
      const bool image = spec.name.starts_with("visual.");
      const int layers = layers_of(config, image), depth = depth_of(spec.name, layers);
      const int unlocked = image ? model.unlocked_image_blocks : model.unlocked_text_blocks;
      const bool locked = image ? model.lock_image : model.lock_text;
      if (locked && (unlocked == 0 || depth <= layers - unlocked)) rule.trained = false;
      const int top = image || text_has_head ? layers + 1 : layers;
      rule.lr_factor = (image ? optimizer.image_lr : optimizer.text_lr) *
                       std::pow(optimizer.layer_decay, top - depth);
    }
    rules.push_back(rule);
  }
  return rules;
}

}  // namespace tandem
