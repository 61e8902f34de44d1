#include "model/config.h"

#include <gtest/gtest.h>

#include <set>

#include "model/architectures.h"
#include "model/weight_table.h"
#include "tandem/error.h"

namespace tandem {
namespace {

TEST(Architectures, HaveTheNamesAndSizesThatWerePublished) {
  for (const auto& name : known_architectures()) {
    const ModelConfig config = architecture_named(name);
    EXPECT_NO_THROW(validate(config, name));
    EXPECT_EQ(architecture_name(config), name);
  }
  // Parameters of the published models (counted with the reference implementations).
  EXPECT_EQ(parameter_count(architecture_named("ViT-B/32")), 151'277'313);
  EXPECT_EQ(parameter_count(architecture_named("ViT-L/14")), 427'616'513);
  EXPECT_EQ(parameter_count(architecture_named("RN50")), 102'007'137);
}

TEST(WeightTable, NamesEveryTensorOnce) {
  for (const auto& name : known_architectures()) {
    std::set<std::string> seen;
    for (const auto& spec : weight_table(architecture_named(name)))
      EXPECT_TRUE(seen.insert(spec.name).second) << name << " " << spec.name;
  }
}

TEST(WeightTable, AWrongShapeIsASentenceWithBothShapes) {
  ModelConfig config = architecture_named("ViT-S/32");
  config.image.reset();
  config.text->transformer.layers = 1;
  config.text->vocab_size = 100;
  TensorStore weights = random_weights(config, 1);
  EXPECT_NO_THROW(check_weights(weights, config, "model"));
  config.text->vocab_size = 101;
  try {
    check_weights(weights, config, "model");
    FAIL() << "was taken";
  } catch (const Error& error) {
    const std::string sentence = error.what();
    for (const char* part : {"model", "token_embedding.weight", "[100, 384]", "[101, 384]"})
      EXPECT_NE(sentence.find(part), std::string::npos) << sentence;
  }
}

TEST(RandomWeights, AreTheSameForTheSameSeedAlone) {
  ModelConfig config = architecture_named("ViT-S/32");
  config.image.reset();
  config.text->transformer.layers = 1;
  config.text->vocab_size = 100;
  const auto bytes = [&](uint64_t seed) {
    const TensorStore weights = random_weights(config, seed);
    const auto view = weights.find("token_embedding.weight")->bytes;
    return std::vector<std::byte>(view.begin(), view.end());
  };
  EXPECT_EQ(bytes(1), bytes(1));
  EXPECT_NE(bytes(1), bytes(2));
}

TEST(Config, SizesThatMakeNoSenseAreRefused) {
  const auto refused = [](auto change) {
    ModelConfig config = architecture_named("ViT-B/32");
    change(config, std::get<VisionTransformerConfig>(*config.image));
    EXPECT_THROW(validate(config, "config.json"), Error);
  };
  refused([](ModelConfig& config, auto&) { config.embed_dim = 0; });
  refused([](ModelConfig& config, auto&) { config.text->transformer.heads = 7; });
  refused([](ModelConfig& config, auto&) { config.text->context_length = -1; });
  refused([](ModelConfig&, auto& image) { image.patch_width = 300; });
  refused([](ModelConfig&, auto& image) { image.transformer.layer_norm_eps = 0; });
  refused([](ModelConfig&, auto& image) { image.transformer.width = 1 << 30; });
  refused([](ModelConfig& config, auto&) { config.image.reset(), config.text.reset(); });
}

}  // namespace
}  // namespace tandem
