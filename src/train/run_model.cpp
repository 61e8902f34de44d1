#include "train/run_model.h"

#include "base/fail.h"
#include "checkpoint/architecture_file.h"
#include "checkpoint/canonical.h"
#include "text/tokenizer_files.h"
#include "train/initialise.h"

namespace tandem {
namespace {

Checkpoint from_scratch(const RunConfig& config) {
  const ModelSection& wanted = config.model;
  if (wanted.tokenizer.empty())
    fail(ErrorKind::bad_input,
         "model.tokenizer is missing: a model from scratch needs one; learn one from your captions "
         "with `tandem tokenizer train`, or name CLIP's bpe_simple_vocab_16e6.txt.gz");
  Architecture architecture = read_architecture(wanted.architecture);
  Checkpoint model;
  model.path = wanted.architecture;
  model.layout = Layout::open_clip;
  model.config = std::move(architecture.config);
  model.preprocess = architecture.preprocess;
  model.tokenizer = find_tokenizer_files(wanted.tokenizer);
  if (!model.config.image || !model.config.text) return model;
  auto& text = *model.config.text;
  const Tokenizer tokenizer = Tokenizer::load(model.tokenizer, model.cleaning, text.vocab_size);
  text.vocab_size = tokenizer.vocab_size();
  if (text.pool == TextPool::eos) text.eos_id = tokenizer.end_id();
  apply_sizes(model, {.image_size = wanted.image_size, .context_length = wanted.context_length});
  model.config.logit_bias = config.loss.kind == LossKind::sigmoid;
  validate(model.config, wanted.architecture);
  model.weights = initial_weights(model.config, config.loss, config.seed);
  return model;
}

Checkpoint from_checkpoint(const RunConfig& config) {
  Checkpoint model =
      open_checkpoint(config.model.start, {.tokenizer = config.model.tokenizer,
                                           .image_size = config.model.image_size,
                                           .context_length = config.model.context_length});
  if (config.loss.kind == LossKind::sigmoid && !model.config.logit_bias) {
    model.config.logit_bias = true;
    const auto bias = static_cast<float>(config.loss.logit_bias);
    model.weights.add("logit_bias", {}, {&bias, 1});
  }
  return model;
}

}  // namespace

Checkpoint starting_model(const RunConfig& config) {
  Checkpoint model = config.model.start.empty() ? from_scratch(config) : from_checkpoint(config);
  if (!model.config.image || !model.config.text)
    fail(ErrorKind::unsupported,
         "{}: has one tower alone; contrastive training needs both, start from a whole CLIP",
         model.path);
  return model;
}

Tokenizer tokenizer_of(const Checkpoint& model) {
  Tokenizer tokenizer =
      Tokenizer::load(model.tokenizer, model.cleaning, model.config.text->vocab_size);
  check_tokenizer(model, tokenizer);
  return tokenizer;
}

Layout checkpoint_layout(const Checkpoint& model) {
  return model.layout == Layout::hugging_face ? Layout::hugging_face : Layout::open_clip;
}

}  // namespace tandem
