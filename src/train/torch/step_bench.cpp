#include "train/torch/step_bench.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <random>
#include <variant>

#include "base/fail.h"
#include "base/interrupt.h"
#include "checkpoint/architecture_file.h"
#include "text/vocabulary_files.h"
#include "train/initialise.h"
#include "train/parameter_groups.h"
#include "train/torch/adamw.h"
#include "train/torch/communicator.h"
#include "train/torch/gradient_cache.h"
#include "train/torch/trainable_model.h"

namespace tandem::torch_train {
namespace {

constexpr double kRate = 1e-4;
// About the lengths of people's captions in CLIP's tokens, start and end token included.
const std::vector<int> kNaturalLengths = {8, 10, 11, 12, 12, 13, 14, 15, 17, 22};

struct Variant {
  std::string name;
  ComputeSection compute;
};

// Those that the picture tower knows: a ModifiedResNet has neither patches nor blocks to compute
// again, and its batch norm sees whole batches.
std::vector<Variant> variants_of(const StepBench& bench, bool transformer) {
  const ComputeSection usual{.batch_size = bench.batch_size, .micro_batch = bench.micro_batch};
  std::vector<Variant> variants;
  const auto add = [&](const std::string& name, auto change) {
    Variant variant{name, usual};
    change(variant.compute);
    variants.push_back(std::move(variant));
  };
  add("as trained", [](ComputeSection&) {});
  add("padded texts", [](ComputeSection& c) { c.packed_texts = false; });
  add("whole last block", [](ComputeSection& c) { c.pruned_last_block = false; });
  add("plain operations", [](ComputeSection& c) { c.fused_operations = false; });
  add("plain padded loop",
      [](ComputeSection& c) { c.packed_texts = c.pruned_last_block = c.fused_operations = false; });
  if (!transformer) return variants;
  add("half of the patches", [](ComputeSection& c) { c.patch_dropout = 0.5; });
  add("activations computed again", [](ComputeSection& c) { c.checkpoint_activations = true; });
  add("gradient cache, four portions",
      [&](ComputeSection& c) { c.micro_batch = std::max<int64_t>(bench.batch_size / 4, 1); });
  return variants;
}

// Pairs that look like a batch: noise, and captions of the asked lengths whose last id is the end
// token.
MicroBatch made_up_pairs(const ModelConfig& config, int64_t size, std::span<const int> lengths) {
  std::mt19937 random(7);
  const auto [height, width] = config.image_size();
  MicroBatch batch{.size = size};
  std::normal_distribution<float> noise;
  batch.pixels.resize(static_cast<size_t>(size * 3 * height * width));
  for (float& value : batch.pixels) value = noise(random);
  const int context = config.text->context_length, vocabulary = config.text->vocab_size;
  std::uniform_int_distribution<int32_t> word(1, vocabulary - 3);
  for (int64_t i = 0; i < size; ++i) {
    const int length = std::clamp(lengths[static_cast<size_t>(i) % lengths.size()], 2, context);
    batch.tokens.push_back(vocabulary - 2);
    for (int t = 2; t < length; ++t) batch.tokens.push_back(word(random));
    batch.tokens.push_back(vocabulary - 1);
    batch.tokens.resize(static_cast<size_t>((i + 1) * context), 0);
  }
  return batch;
}

// The most memory held since the last call, where Linux tells.
int64_t peak_bytes_since_reset() {
  int64_t kilobytes = 0;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) kilobytes = std::stoll(line.substr(6));
  std::ofstream("/proc/self/clear_refs") << "5";
  return kilobytes * 1024;
}

class Runner {
 public:
  Runner(const Variant& variant, const ModelConfig& config, const TensorStore& weights,
         std::span<const int> lengths)
      : compute_(variant.compute),
        model_(config, weights, compute_, at::kCPU),
        optimizer_(parameter_rules(config, {}, {}), {}),
        communicator_(single_process()) {
    const int64_t portion = compute_.micro_batch > 0
                                ? std::min(compute_.micro_batch, compute_.batch_size)
                                : compute_.batch_size;
    for (int64_t done = 0; done < compute_.batch_size; done += portion)
      portions_.push_back(
          made_up_pairs(config, std::min(portion, compute_.batch_size - done), lengths));
  }

  /// Pairs a second of one step.
  double step() {
    const auto begin = std::chrono::steady_clock::now();
    size_t at = 0;
    const auto next = [&]() -> const MicroBatch& { return portions_[at++ % portions_.size()]; };
    const auto loss = [&](const BatchFeatures& features) {
      return infonce(features.image, features.text, model_.parameters().at("logit_scale"),
                     *communicator_);
    };
    accumulate_gradients(model_, static_cast<int64_t>(portions_.size()), next, loss, 1,
                         *communicator_);
    optimizer_.step(model_.parameters(), kRate);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(compute_.batch_size) / took.count();
  }

 private:
  ComputeSection compute_;
  TrainableModel model_;
  AdamW optimizer_;
  std::unique_ptr<Communicator> communicator_;
  std::vector<MicroBatch> portions_;
};

StepTiming summary(const std::string& name, std::vector<double> rates, int64_t peak) {
  std::sort(rates.begin(), rates.end());
  const double median = rates[rates.size() / 2];
  return {.name = name,
          .pairs_per_second = median,
          .spread = (rates.back() - rates.front()) / median,
          .repeats = static_cast<int>(rates.size()),
          .peak_bytes = peak};
}

}  // namespace

void bench_steps(const StepBench& bench, const std::function<void(const StepTiming&)>& report) {
  ModelConfig config = read_architecture(bench.architecture).config;
  if (!config.image || !config.text)
    fail(ErrorKind::unsupported, "{}: has one tower alone; choose a whole CLIP",
         bench.architecture);
  // Made-up texts have no tokenizer whose vocabulary could be taken.
  if (config.text->vocab_size == 0) config.text->vocab_size = kPublishedVocabularySize;
  const TensorStore weights = initial_weights(config, {}, 1);
  const auto& lengths = bench.caption_lengths.empty() ? kNaturalLengths : bench.caption_lengths;
  const auto variants =
      variants_of(bench, std::holds_alternative<VisionTransformerConfig>(*config.image));
  std::vector<std::vector<double>> rates(variants.size());
  std::vector<int64_t> peaks(variants.size());
  for (int round = 0; round <= bench.repeats; ++round) {
    for (size_t i = 0; i < variants.size(); ++i) {
      check_interrupt();
      Runner runner(variants[i], config, weights, lengths);
      peak_bytes_since_reset();
      runner.step();  // the first one warms up
      const double rate = runner.step();
      peaks[i] = std::max(peaks[i], peak_bytes_since_reset());
      if (round > 0) rates[i].push_back(rate);
    }
  }
  for (size_t i = 0; i < variants.size(); ++i)
    report(summary(variants[i].name, std::move(rates[i]), peaks[i]));
}

}  // namespace tandem::torch_train
