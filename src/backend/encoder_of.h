// Runs the towers of model/ on a backend B: the same few lines for every backend.
#pragma once

#include <optional>
#include <variant>

#include "backend/encoder.h"
#include "model/modified_resnet.h"
#include "model/text_transformer.h"
#include "model/vision_transformer.h"

namespace tandem {

/// B is made from `Shared` (what calls share: prepared weights need it alive)
/// and a listener for each call: B(const B::Shared&, const TapListener*).
/// B::copy(const Tensor&, double*) writes rows x width numbers.
template <class B>
class EncoderOf final : public Encoder {
 public:
  EncoderOf(const ModelConfig& config, const TensorStore& weights, typename B::Shared shared)
      : shared_(std::move(shared)), embed_dim_(config.embed_dim) {
    B b(shared_, nullptr);
    if (config.image) {
      if (const auto* vit = std::get_if<VisionTransformerConfig>(&*config.image))
        image_.template emplace<VisionTransformer<B>>(
            prepare_vision_transformer(b, weights, *vit, config.embed_dim));
      else
        image_.template emplace<ModifiedResNet<B>>(
            prepare_modified_resnet(b, weights, std::get<ModifiedResNetConfig>(*config.image)));
    }
    if (config.text) text_ = prepare_text_transformer(b, weights, *config.text);
  }

  void encode_image(const Pixels& pixels, const EncoderOutput& output,
                    const TapListener& listener) const override {
    B b(shared_, listener ? &listener : nullptr);
    if (const auto* vit = std::get_if<VisionTransformer<B>>(&image_))
      write(b, forward(b, *vit, pixels), output);
    else if (const auto* resnet = std::get_if<ModifiedResNet<B>>(&image_))
      write(b, forward(b, *resnet, pixels), output);
    else
      fail(ErrorKind::unsupported, "this model has no image tower; choose a whole CLIP");
  }

  void encode_text(const TextBatch& batch, const EncoderOutput& output,
                   const TapListener& listener) const override {
    if (!text_) fail(ErrorKind::unsupported, "this model has no text tower; choose a whole CLIP");
    B b(shared_, listener ? &listener : nullptr);
    write(b, forward(b, *text_, batch), output);
  }

 private:
  void write(B& b, typename B::Tensor features, const EncoderOutput& output) const {
    if (output.features) b.copy(features, output.features);
    if (output.embeddings) b.copy(b.normalise(std::move(features), embed_dim_), output.embeddings);
  }

  typename B::Shared shared_;
  int embed_dim_;
  std::variant<std::monostate, VisionTransformer<B>, ModifiedResNet<B>> image_;
  std::optional<TextTransformer<B>> text_;
};

}  // namespace tandem
