// One place of a portion: from a sample's bytes to pixels and tokens.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/bad_samples.h"
#include "data/feeder.h"

namespace tandem {

/// Where one pair goes; teacher's spans are empty without a teacher.
struct PairSlot {
  std::span<float> pixels;
  std::span<int32_t> tokens;
  std::string* key = nullptr;
  int64_t* meaning = nullptr;
  std::span<float> teacher_image, teacher_text;
};

/// What was tried for a place.
struct PlaceOutcome {
  std::vector<BadAttempt> bad;
  int64_t good = 0;
};

/// Immutable; many threads.
class PairMaker {
 public:
  /// All references must outlive it.
  PairMaker(const Dataset& dataset, const Order& order, const Tokenizer& tokenizer,
            const FeederOptions& options)
      : dataset_(dataset), order_(order), tokenizer_(tokenizer), options_(options) {}

  int64_t pixels_a_pair() const {
    return int64_t{3} * options_.preprocess.height * options_.preprocess.width;
  }

  /// Fills the slot with the pair at a position, or with the first of its substitutes that is
  /// good. A function of (seed, position) and the data. Errors: io; bad_input where none is good.
  PlaceOutcome make(int64_t position, const PairSlot& slot) const;

 private:
  void fill(int64_t sample, int64_t position, const PairSlot& slot) const;
  RgbImage picture_of(const Sample& sample, const Augmentation* augmentation, uint64_t seed) const;

  const Dataset& dataset_;
  const Order& order_;
  const Tokenizer& tokenizer_;
  const FeederOptions& options_;
};

}  // namespace tandem
