#include "checkpoint/checkpoint.h"

#include <cmath>

#include "base/fail.h"

namespace tandem {

const char* name_of(Layout layout) {
  switch (layout) {
    case Layout::openai: return "openai";
    case Layout::state_dict: return "state_dict";
    case Layout::hugging_face: return "hf";
    case Layout::open_clip: return "open_clip";
  }
  return "";
}

double Checkpoint::logit_scale() const {
  const TensorView* tensor = weights.find("logit_scale");
  return tensor != nullptr ? to_double(*tensor).at(0) : std::log(1 / 0.07);
}

std::optional<double> Checkpoint::logit_bias() const {
  const TensorView* tensor = config.logit_bias ? weights.find("logit_bias") : nullptr;
  if (tensor == nullptr) return std::nullopt;
  return to_double(*tensor).at(0);
}

void check_tokenizer(const Checkpoint& checkpoint, const Tokenizer& tokenizer) {
  if (!checkpoint.config.text) return;
  const auto& text = *checkpoint.config.text;
  const auto& files = checkpoint.tokenizer;
  const std::string& name = !files.tokenizer_json.empty() ? files.tokenizer_json
                            : !files.vocab.empty()        ? files.vocab
                                                          : files.bpe_vocab;
  if (tokenizer.vocab_size() > text.vocab_size)
    fail(ErrorKind::bad_model,
         "{}: has {} tokens where the text tower of {} has a vocabulary of {}; use the tokenizer "
         "that "
         "belongs to the weights",
         name, tokenizer.vocab_size(), checkpoint.path, text.vocab_size);
  if (text.pool == TextPool::eos && tokenizer.end_id() != text.eos_id)
    fail(ErrorKind::bad_model,
         "{}: ends texts with the id {} where the text tower of {} pools at the id {}; use the "
         "tokenizer that belongs to the weights",
         name, tokenizer.end_id(), checkpoint.path, text.eos_id);
}

}  // namespace tandem
