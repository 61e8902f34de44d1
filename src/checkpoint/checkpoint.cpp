#include "checkpoint/checkpoint.h"

#include <cmath>

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

}  // namespace tandem
