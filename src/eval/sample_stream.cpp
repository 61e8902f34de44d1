#include "eval/sample_stream.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "engine/engine.h"

namespace tandem {
namespace {

// Pictures in memory at once, decoded.
constexpr int64_t kSamples = 64;

/// One batch's worth of a dataset.
struct Loaded {
  Sample sample;
  RgbImage picture;
  std::string obstacle;  ///< why it cannot be used
};

Loaded load(const Engine& engine, const Dataset& dataset, int64_t index, const CheckSample& check) {
  Loaded loaded;
  try {
    loaded.sample = dataset.read(index);
    loaded.obstacle = check(loaded.sample);
    if (loaded.obstacle.empty())
      loaded.picture = engine.load_picture(loaded.sample.picture, loaded.sample.key);
  } catch (const Error& error) {
    check_interrupt();
    loaded.obstacle = error.what();
  }
  loaded.sample.picture = {};
  return loaded;
}

void require_finite(std::span<const float> embedding, const std::string& key) {
  if (!std::all_of(embedding.begin(), embedding.end(), [](float v) { return std::isfinite(v); }))
    fail(ErrorKind::bad_model,
         "the model's embedding of {} is not finite; its weights are damaged or training "
         "diverged, take an earlier checkpoint",
         key);
}

}  // namespace

Dataset open_dataset(const SourceConfig& data, bool texts_required, const EvalOptions& options) {
  return Dataset(
      std::span(&data, 1),
      {.cache = options.cache, .texts_required = texts_required, .progress = options.indexing});
}

int64_t encode_samples(const Model& model, const Dataset& dataset, const EvalOptions& options,
                       const CheckSample& check, const EachSample& each) {
  const Engine& engine = model.engine();
  int64_t bad = 0;
  for (int64_t begin = 0; begin < dataset.size(); begin += kSamples) {
    check_interrupt();
    const int64_t count = std::min(kSamples, dataset.size() - begin);
    std::vector<Loaded> batch(static_cast<size_t>(count));
    parallel_for(count, [&](int64_t i) { batch[i] = load(engine, dataset, begin + i, check); });
    std::vector<RgbImage> pictures;
    for (auto& loaded : batch)
      if (loaded.obstacle.empty()) pictures.push_back(std::move(loaded.picture));
    const Embeddings embeddings = engine.encode_pictures(pictures);
    int64_t row = 0;
    for (const auto& loaded : batch) {
      if (loaded.obstacle.empty()) {
        require_finite(embeddings.row(row), loaded.sample.key);
        each(loaded.sample, embeddings.row(row++));
        continue;
      }
      ++bad;
      if (options.on_bad) options.on_bad(loaded.obstacle);
    }
    if (options.progress) options.progress(begin + count, dataset.size());
  }
  return bad;
}

std::vector<std::string> distinct_labels(const SourceConfig& data, const EvalOptions& options) {
  const Dataset dataset(std::span(&data, 1), {.cache = options.cache,
                                              .texts_required = false,
                                              .pictures = false,
                                              .progress = options.indexing});
  std::set<std::string> labels;
  for (int64_t begin = 0; begin < dataset.size(); begin += kSamples) {
    check_interrupt();
    std::vector<std::string> found(static_cast<size_t>(std::min(kSamples, dataset.size() - begin)));
    parallel_for(static_cast<int64_t>(found.size()), [&](int64_t i) {
      try {
        found[i] = dataset.read(begin + i).label.value_or("");
      } catch (const Error&) {
        check_interrupt();  // a bad sample is named when its picture's turn comes
      }
    });
    labels.insert(found.begin(), found.end());
  }
  labels.erase("");
  if (labels.empty())
    fail(ErrorKind::bad_input,
         "{}: none of its {} samples has a label; zero-shot evaluation needs \"label\" or \"cls\" "
         "in each sample's JSON, or one folder for each class",
         data.path, dataset.size());
  return {labels.begin(), labels.end()};
}

}  // namespace tandem
