// Batches for training: decoded, augmented and tokenised ahead of time on threads, behind a
// bounded queue.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/augment.h"
#include "data/dataset.h"
#include "data/order.h"
#include "data/teacher_store.h"
#include "image/preprocess.h"
#include "text/tokenizer.h"

namespace tandem {

/// Which places of the order this process reads, and in what portions.
struct FeedPlan {
  int64_t first_step = 0;
  int64_t steps = 0;        ///< how many follow
  int64_t batch_size = 0;   ///< of all ranks together; a multiple of ranks
  int64_t micro_batch = 0;  ///< pairs a portion; the last of a step may be smaller
  int rank = 0, ranks = 1;  ///< rank r reads the r-th part of each batch
  /// 2 for gradient caching: a step's portions come twice, the same pixels and tokens both
  /// times (decoded again, so that memory does not grow with the batch).
  int passes = 1;
};

struct FeederOptions {
  PreprocessConfig preprocess;
  /// nothing: the reference's evaluation preprocessing.
  std::optional<Augmentation> augmentation;
  int context_length = 77;
  uint64_t seed = 0;
  int threads = 0;                   ///< decoding threads; 0: thread_count()
  int queue = 4;                     ///< portions that wait at most
  int64_t max_pixels = 200'000'000;  ///< read from the header before decoding
  /// Fraction of the last thousand samples that may be bad before the run stops.
  double bad_limit = 0.5;
  const TeacherStore* teacher = nullptr;  ///< whose views and embeddings are then used
};

/// One portion. Everything is a function of (seed, position) and the data.
struct MicroBatch {
  int64_t step = 0;
  int pass = 0;
  int64_t first_position = 0;  ///< in the order, of the first pair
  int64_t size = 0;
  std::vector<float> pixels;      ///< [size, 3, height, width], normalised
  std::vector<int32_t> tokens;    ///< [size, context_length], padded
  std::vector<std::string> keys;  ///< the samples', for messages
  /// Equal for pairs that say the same: of a sample with a label its hash, else the drawn text's.
  std::vector<int64_t> meanings;
  std::vector<float> teacher_images, teacher_texts;  ///< [size, teacher's width], or empty
};

/// A sample that could not be used; another one of its source stood in for it.
struct BadSample {
  std::string key, why;
};

/// Reads ahead from construction on. next() is for one thread.
class Feeder {
 public:
  /// All references must outlive the feeder.
  Feeder(const Dataset& dataset, const Order& order, const Tokenizer& tokenizer,
         const FeedPlan& plan, const FeederOptions& options);
  ~Feeder();
  Feeder(const Feeder&) = delete;
  Feeder& operator=(const Feeder&) = delete;

  /// The next portion, in order. `spent` is one that is no longer needed: its memory is used again
  /// (`batch = feeder.next(std::move(batch))`), which saves the system from clearing new pages.
  /// Errors: bad_input once too many samples were bad (names the
  /// source, the share and the last reason); io. After the last portion: a fault of the caller.
  MicroBatch next(MicroBatch spent = {});
  /// Seconds that next() has waited so far.
  double waited_seconds() const;
  /// Bad samples since the last call, each key once, at most 100 a call; and how many in all.
  std::vector<BadSample> take_bad_samples();
  int64_t bad_count() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem
