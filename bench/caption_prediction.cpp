// Is contrastive training more efficient than predicting the caption? (CLIP paper, section 2.3 and
// figure 2, at our scale.)
//
//   bench_caption_prediction RUN.toml contrastive|words EVERY SCRATCH
//
// Trains the run's picture tower from the same weights on the same pictures in the same order. With
// "contrastive" as `tandem train` does; with "words" the picture's feature predicts which tokens
// its caption has, as a bag: softmax over the vocabulary against a target spread evenly over the
// caption's distinct tokens (Joulin et al., arXiv 1511.02251). Every EVERY steps a line of JSON:
// the pictures seen, the loss, and zero-shot top-1 on the run's evaluate.zeroshot data, with the
// run's templates for the text tower; a bag of words has no use for templates and scores a class by
// the mean log-probability of its name's tokens ("top1"), or by the same without the tokens'
// frequencies
// ("top1_without_prior"). SCRATCH is a folder for the models that are measured.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "backend/torch/border.h"
#include "base/fail.h"
#include "base/json.h"
#include "data/feeder.h"
#include "eval/eval.h"
#include "eval/sample_stream.h"
#include "train/run_model.h"
#include "train/schedule.h"
#include "train/torch/adamw.h"
#include "train/torch/gradient_cache.h"
#include "zero_shot/templates.h"

namespace {

using namespace tandem;
using namespace tandem::torch_train;

const char* const kWords = "words";  // the head's rows, one a token
const char* const kPrior = "words.bias";
const char* const kScale = "words.logit_scale";

std::vector<double> weights_of(const std::vector<SourceConfig>& sources) {
  std::vector<double> weights;
  for (const auto& source : sources) weights.push_back(source.weight);
  return weights;
}

at::Tensor features_of(TrainableModel& model, const MicroBatch& batch, uint64_t seed) {
  const auto [height, width] = model.config().image_size();
  return model.encode_image(
      {.values = batch.pixels, .batch = batch.size, .height = height, .width = width}, seed);
}

class Experiment {
 public:
  Experiment(const RunConfig& config, bool words, std::string scratch)
      : config_(config),
        words_(words),
        scratch_(std::move(scratch)),
        source_(starting_model(config_)),
        tokenizer_(tokenizer_of(source_)),
        model_(source_.config, source_.weights, config_.compute, at::kCPU),
        optimizer_(rules(), config_.optimizer),
        communicator_(single_process()) {
    if (!words_) return;
    const int64_t vocabulary = source_.config.text->vocab_size;
    auto& parameters = model_.parameters();
    at::manual_seed(config_.seed);
    parameters[kWords] =
        (at::randn({vocabulary, source_.config.embed_dim}) * 0.02).requires_grad_(true);
    parameters[kPrior] = at::zeros({vocabulary}).requires_grad_(true);
    parameters[kScale] = parameters.at("logit_scale").detach().clone().requires_grad_(true);
  }

  void run(int64_t every) {
    const Dataset dataset(config_.data.train, {.cache = config_.data.cache});
    const Order order(dataset.source_begins(), weights_of(config_.data.train), config_.seed);
    const int64_t batch_size = config_.compute.batch_size;
    Feeder feeder(
        dataset, order, tokenizer_,
        {.steps = config_.schedule.steps, .batch_size = batch_size, .micro_batch = batch_size},
        {.preprocess = source_.preprocess,
         .augmentation = config_.data.augmentation,
         .context_length = source_.config.text->context_length,
         .seed = config_.seed,
         .threads = 1});
    MicroBatch batch;
    double loss = 0;
    for (int64_t step = 0; step < config_.schedule.steps; ++step) {
      batch = feeder.next(std::move(batch));
      loss += words_ ? predict(batch, step) : contrast(batch, step);
      update(step);
      if ((step + 1) % every != 0) continue;
      report((step + 1) * batch_size, loss / static_cast<double>(every));
      loss = 0;
    }
  }

 private:
  std::vector<ParameterRule> rules() const {
    auto all = parameter_rules(source_.config, {}, config_.optimizer);
    if (words_)
      for (const char* name : {kWords, kPrior, kScale})
        all.push_back({.name = name, .decayed = name == kWords});
    return all;
  }

  double contrast(const MicroBatch& batch, int64_t step) {
    const auto loss = [&](const BatchFeatures& features) {
      const at::Tensor meanings = config_.loss.share_meanings
                                      ? at::tensor(at::ArrayRef<int64_t>(features.meanings))
                                      : at::Tensor();
      return infonce(features.image, features.text, model_.parameters().at("logit_scale"),
                     *communicator_, meanings);
    };
    const auto next = [&]() -> const MicroBatch& { return batch; };
    return accumulate_gradients(model_, 1, next, loss, static_cast<uint64_t>(step), *communicator_)
        .loss;
  }

  double predict(const MicroBatch& batch, int64_t step) {
    auto& parameters = model_.parameters();
    const at::Tensor features = features_of(model_, batch, static_cast<uint64_t>(step));
    const at::Tensor logits =
        features.matmul(parameters.at(kWords).t()) * parameters.at(kScale).exp() +
        parameters.at(kPrior);
    const at::Tensor loss = -(logits.log_softmax(1) * bags(batch)).sum(1).mean();
    loss.backward();
    return loss.item<double>();
  }

  /// [n, vocabulary], rows that sum to 1.
  at::Tensor bags(const MicroBatch& batch) const {
    const int64_t context = source_.config.text->context_length;
    at::Tensor bags = at::zeros({batch.size, source_.config.text->vocab_size});
    auto rows = bags.accessor<float, 2>();
    for (int64_t i = 0; i < batch.size; ++i) {
      std::set<int32_t> ids(batch.tokens.begin() + i * context,
                            batch.tokens.begin() + (i + 1) * context);
      for (const int32_t special : {0, tokenizer_.start_id(), tokenizer_.end_id()})
        ids.erase(special);
      for (const int32_t id : ids) rows[i][id] = 1 / static_cast<float>(ids.size());
    }
    return bags;
  }

  void update(int64_t step) {
    auto& parameters = model_.parameters();
    if (config_.optimizer.clip_norm > 0)
      clip_gradients(parameters, gradient_norm(parameters), config_.optimizer.clip_norm);
    optimizer_.step(
        parameters,
        config_.optimizer.lr * schedule_factor(config_.schedule, config_.schedule.steps, step));
    clamp_logit_scale(parameters, config_.loss.max_logit_scale);
  }

  void report(int64_t pictures, double loss) {
    const std::string folder = scratch_ + "/model";
    std::filesystem::remove_all(folder);
    source_.weights = model_.weights();
    write_checkpoint(source_, folder, Layout::open_clip, std::nullopt);
    const Model model = Model::load(folder);
    OrderedJson line{
        {"objective", words_ ? "words" : "contrastive"}, {"pictures", pictures}, {"loss", loss}};
    for (const std::string& data : config_.evaluate.zeroshot) {
      OrderedJson& figures = line[dataset_name(data)];
      if (words_) {
        figures["top1"] = words_top1(model, {.path = data}, true);
        figures["top1_without_prior"] = words_top1(model, {.path = data}, false);
      } else {
        figures["top1"] =
            eval_zero_shot(model, {.path = data}, Templates::named(config_.evaluate.templates), {})
                .top1.value;
      }
    }
    fmt::print("{}\n", to_line(line));
    std::fflush(stdout);
  }

  /// The mean log-probability of a name's tokens differs between classes by what is linear in the
  /// feature: softmax's sum is the same for all.
  double words_top1(const Model& model, const SourceConfig& data, bool prior) {
    const at::NoGradGuard no_gradients;
    const auto labels = distinct_labels(data, {});
    const auto& parameters = model_.parameters();
    std::vector<at::Tensor> rows, biases;
    for (const std::string& label : labels) {
      std::vector<int64_t> ids;
      for (const int32_t id : tokenizer_.encode(label)) ids.push_back(id);
      const at::Tensor index = at::tensor(at::ArrayRef<int64_t>(ids));
      rows.push_back(parameters.at(kWords).index_select(0, index).mean(0));
      biases.push_back(parameters.at(kPrior).index_select(0, index).mean());
    }
    const at::Tensor words = at::stack(rows) * parameters.at(kScale).exp();
    const at::Tensor bias = at::stack(biases) * (prior ? 1 : 0);
    int64_t right = 0, all = 0;
    const Dataset dataset = open_dataset(data, false, {});
    encode_samples(
        model, dataset, {}, [](const Sample& sample) { return sample.label ? "" : "no label"; },
        [&](const Sample& sample, std::span<const float> embedding) {
          const at::Tensor feature =
              at::tensor(at::ArrayRef<float>(embedding.data(), embedding.size()));
          const auto best = (words.matmul(feature) + bias).argmax().item<int64_t>();
          right += labels[static_cast<size_t>(best)] == *sample.label;
          ++all;
        });
    return static_cast<double>(right) / static_cast<double>(all);
  }

  RunConfig config_;
  bool words_;
  std::string scratch_;
  Checkpoint source_;
  Tokenizer tokenizer_;
  TrainableModel model_;
  AdamW optimizer_;
  std::unique_ptr<Communicator> communicator_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string objective = argc == 5 ? argv[2] : "";
    if (objective != "contrastive" && objective != "words")
      fail(ErrorKind::bad_input,
           "usage: bench_caption_prediction RUN.toml contrastive|words EVERY SCRATCH");
    torch_backend::use_our_threads();
    RunConfig config = read_run_config(argv[1], {});
    fill_template_sets(config.data.train);
    Experiment(config, objective == "words", argv[4]).run(std::stoll(argv[3]));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
