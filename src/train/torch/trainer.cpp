#include "train/torch/trainer.h"

#include <ATen/Context.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <chrono>
#include <cmath>
#include <filesystem>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "train/random.h"
#include "train/run_model.h"
#include "train/schedule.h"
#include "train/torch/run_facts.h"
#include "train/torch/validation.h"

namespace tandem::torch_train {
namespace {

using Clock = std::chrono::steady_clock;

// Of the validation's order and captions: the same for every run, so that runs compare.
constexpr uint64_t kValidationSeed = 0;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::optional<Dataset> validation_of(const RunConfig& config, const DatasetOptions& options) {
  if (config.data.validation.empty()) return std::nullopt;
  return Dataset(config.data.validation, options);
}

int64_t steps_of(const RunConfig& config, const Order& order) {
  if (config.schedule.steps > 0) return config.schedule.steps;
  const double pairs = config.schedule.epochs * static_cast<double>(order.epoch_size());
  return static_cast<int64_t>(std::ceil(pairs / static_cast<double>(config.compute.batch_size)));
}

std::vector<double> weights_of(const std::vector<SourceConfig>& sources) {
  std::vector<double> weights;
  for (const auto& source : sources) weights.push_back(source.weight);
  return weights;
}

void mix(at::Tensor& into, const at::Tensor& other, double share) {
  if (other.defined()) into = into.mul(1 - share).add(other, share);
}

}  // namespace

Trainer::Trainer(const TrainRequest& request, const TrainHooks& hooks, Communicator& communicator,
                 const at::Device& device)
    : config_(request.config),
      hooks_(hooks),
      communicator_(communicator),
      state_(starting_model(config_), config_, device),
      tokenizer_(tokenizer_of(state_.source)),
      dataset_(config_.data.train, {.cache = config_.data.cache}),
      validation_(validation_of(config_, {.cache = config_.data.cache})),
      order_(dataset_.source_begins(), weights_of(config_.data.train), config_.seed),
      steps_(steps_of(config_, order_)) {
  if (!config_.loss.teacher.empty()) teacher_.emplace(config_.loss.teacher, dataset_);
  facts_ =
      run_facts(request, state_.source, tokenizer_,
                {dataset_, validation_ ? &*validation_ : nullptr}, steps_, communicator_.size());
  begin(request.resume);
  // The same everywhere whatever the processes' machines made of the seed.
  const c10::NoGradGuard no_gradients;
  for (auto& [name, tensor] : state_.model.parameters()) communicator_.broadcast(tensor);
}

// "latest" also begins a run of which nothing is saved yet, so that a preempted job is started the
// same way each time.
void Trainer::begin(const std::string& resume) {
  const bool nothing_saved = resume == "latest" && run_checkpoints(config_.out).empty();
  if (!resume.empty() && !nothing_saved) {
    const RunCheckpoint from = find_run_checkpoint(config_.out, resume);
    state_.restore(from);
    saved_ = from.folder;
    saved_step_ = from.step;
  }
  if (leader()) {
    const bool begun = std::filesystem::exists(std::filesystem::path(config_.out) / "run.json");
    folder_ = !resume.empty() && begun ? RunFolder::resume(config_.out, state_.step)
                                       : RunFolder::create(config_, facts_);
  }
  if (config_.compute.precision == "bf16" && config_.compute.device == "cpu" &&
      !at::globalContext().hasMKLDNN())
    remark(
        "compute.precision is bf16, which this libtorch computes many times slower than f32 on a "
        "CPU, because it was built without oneDNN");
  if (saved_.empty()) return;
  if (const auto changed = changed_facts(saved_, facts_)) remark(*changed);
}

FeedPlan Trainer::plan_from(int64_t step) const {
  const int64_t mine = config_.compute.batch_size / communicator_.size();
  const int64_t portion = config_.compute.micro_batch;
  FeedPlan plan{.first_step = step,
                .steps = steps_ - step,
                .batch_size = config_.compute.batch_size,
                .micro_batch = portion > 0 ? std::min(portion, mine) : mine,
                .rank = communicator_.rank(),
                .ranks = communicator_.size()};
  plan.passes = plan.micro_batch < mine ? 2 : 1;
  return plan;
}

LossResult Trainer::batch_loss(const BatchFeatures& features) {
  const auto& parameters = state_.model.parameters();
  const at::Tensor& scale = parameters.at("logit_scale");
  Meanings meanings;
  if (config_.loss.share_meanings)
    meanings = at::tensor(at::ArrayRef<int64_t>(features.meanings)).to(features.image.device());
  LossResult result = config_.loss.kind == LossKind::infonce
                          ? infonce(features.image, features.text, scale, communicator_, meanings)
                          : sigmoid_loss(features.image, features.text, scale,
                                         parameters.at("logit_bias"), communicator_);
  if (features.teacher_images.empty()) return result;
  const auto rows = [&](const std::vector<float>& values) {
    return at::tensor(at::ArrayRef<float>(values))
        .view({features.image.size(0), -1})
        .to(features.image.device());
  };
  const LossResult taught =
      distillation(features.image, features.text, scale, rows(features.teacher_images),
                   rows(features.teacher_texts), teacher_->logit_scale(), communicator_);
  const double share = config_.loss.teacher_weight;
  mix(result.loss, taught.loss, share);
  mix(result.grad_image, taught.grad_image, share);
  mix(result.grad_text, taught.grad_text, share);
  mix(result.grad_logit_scale, taught.grad_logit_scale, share);
  if (result.grad_logit_bias.defined()) result.grad_logit_bias *= 1 - share;
  return result;
}

void Trainer::check_finite(double loss, double norm, const std::vector<std::string>& keys) const {
  if (std::isfinite(loss) && std::isfinite(norm)) return;
  std::string samples;
  for (size_t i = 0; i < keys.size() && i < 8; ++i) samples += (i ? ", " : "") + keys[i];
  if (keys.size() > 8) samples += fmt::format(" and {} more", keys.size() - 8);
  fail(ErrorKind::bad_input,
       "step {}: the {} is {} on the samples {}; the weights of step {} are kept: lower "
       "optimizer.lr, raise schedule.warmup or set optimizer.clip_norm, and go on with --resume "
       "latest",
       state_.step, std::isfinite(loss) ? "gradients' norm" : "loss",
       std::isfinite(loss) ? norm : loss, samples, saved_step_ < 0 ? 0 : saved_step_);
}

StepRecord Trainer::take_step(Feeder& feeder) {
  const auto begin = Clock::now();
  const FeedPlan plan = plan_from(state_.step);
  const int64_t mine = plan.batch_size / plan.ranks;
  const int64_t portions = (mine + plan.micro_batch - 1) / plan.micro_batch;
  std::vector<std::string> keys;
  const auto next = [&]() -> const MicroBatch& {
    portion_ = feeder.next(std::move(portion_));
    if (portion_.pass == 0) keys.insert(keys.end(), portion_.keys.begin(), portion_.keys.end());
    return portion_;
  };
  const auto loss = [&](const BatchFeatures& features) { return batch_loss(features); };
  auto& parameters = state_.model.parameters();
  const uint64_t seed = random_bits(config_.seed, static_cast<uint64_t>(state_.step));
  const StepLoss step_loss =
      accumulate_gradients(state_.model, portions, next, loss, seed, communicator_);
  const double norm = gradient_norm(parameters);
  check_finite(step_loss.loss, norm, keys);
  if (config_.optimizer.clip_norm > 0)
    clip_gradients(parameters, norm, config_.optimizer.clip_norm);
  const double lr = config_.optimizer.lr * schedule_factor(config_.schedule, steps_, state_.step);
  state_.optimizer.step(parameters, lr);
  clamp_logit_scale(parameters, config_.loss.max_logit_scale);
  if (config_.optimizer.ema > 0) follow();
  ++state_.step;

  StepRecord record{
      .step = state_.step, .steps = steps_, .loss = step_loss.loss, .lr = lr, .grad_norm = norm};
  record.epoch = static_cast<double>(state_.step * config_.compute.batch_size) /
                 static_cast<double>(order_.epoch_size());
  record.logit_scale = std::exp(parameters.at("logit_scale").item<double>());
  const auto bias = parameters.find("logit_bias");
  if (bias != parameters.end()) record.logit_bias = bias->second.item<double>();
  record.seconds = seconds_since(begin);
  record.waited_seconds = feeder.waited_seconds() - waited_before_;
  waited_before_ += record.waited_seconds;
  record.pairs_per_second = static_cast<double>(config_.compute.batch_size) / record.seconds;
  return record;
}

void Trainer::follow() {
  // Running statistics forget nine tenths in 22 observations; averaged weights move slowly, so that
  // a share of the steps does, for a share of a forward pass.
  constexpr int64_t kObserveEvery = 8;
  auto& model = state_.model;
  average_weights(state_.average, model.parameters(), config_.optimizer.ema);
  if (!model.mixes_pairs() || state_.step % kObserveEvery != 0) return;
  const auto [height, width] = model.config().image_size();
  model.observe(
      state_.average,
      {.values = portion_.pixels, .batch = portion_.size, .height = height, .width = width});
}

void Trainer::remark(const std::string& sentence) {
  if (!leader()) return;
  if (folder_) folder_->log_remark(state_.step, sentence);
  if (hooks_.on_remark) hooks_.on_remark(sentence);
}

void Trainer::report_bad_samples(Feeder& feeder) {
  for (const auto& bad : feeder.take_bad_samples())
    remark(fmt::format("{}: is left out: {}", bad.key, bad.why));
}

void Trainer::save() {
  if (saved_step_ == state_.step) return;
  if (leader()) saved_ = state_.save(*folder_, facts_, config_.save.keep);
  saved_step_ = state_.step;
  communicator_.wait_for_leader();
}

void Trainer::evaluate() {
  save();
  Metrics metrics;
  if (validation_) {
    const auto loss = [&](const BatchFeatures& features) { return batch_loss(features); };
    metrics.emplace_back(
        "validation/loss",
        validation_loss(state_.model, *validation_, tokenizer_,
                        {.batch_size = config_.compute.batch_size,
                         .micro_batch = config_.compute.micro_batch,
                         .pairs = config_.data.validation_pairs},
                        {.preprocess = state_.source.preprocess,
                         .context_length = state_.model.config().text->context_length,
                         .seed = kValidationSeed,
                         .threads = config_.data.threads,
                         .max_pixels = config_.data.max_pixels},
                        loss, communicator_));
  }
  if (leader()) {
    if (hooks_.evaluate) {
      const Metrics more = hooks_.evaluate(saved_);
      metrics.insert(metrics.end(), more.begin(), more.end());
    }
    if (!metrics.empty()) folder_->log_metrics(state_.step, metrics);
    if (hooks_.on_metrics) hooks_.on_metrics(state_.step, metrics);
  }
  communicator_.wait_for_leader();
}

// What the ranks agree on after each step: the slowest wait, all bad samples, whether anyone was
// asked to end.
void Trainer::after_step(const StepRecord& mine, Feeder& feeder) {
  StepRecord record = mine;
  at::Tensor shared = at::tensor({mine.waited_seconds, static_cast<double>(feeder.bad_count()),
                                  interrupt_requested() ? 1.0 : 0.0},
                                 at::kDouble)
                          .to(state_.model.parameters().at("logit_scale").device());
  communicator_.all_reduce_sum(shared);
  record.waited_seconds = shared[0].item<double>() / communicator_.size();
  record.bad_samples = shared[1].item<int64_t>();
  preempted_ = shared[2].item<double>() > 0;
  if (leader()) {
    folder_->log_step(record);
    if (hooks_.on_step) hooks_.on_step(record);
  }
  report_bad_samples(feeder);
  const bool last = state_.step == steps_;
  const auto due = [&](int64_t every) { return every > 0 && state_.step % every == 0; };
  if (last || preempted_ || due(config_.save.every)) save();
  if (last || (!preempted_ && due(config_.evaluate.every))) evaluate();
}

TrainSummary Trainer::run() {
  const auto begin = Clock::now();
  TrainSummary summary{.run = leader() ? config_.out : ""};
  if (state_.step < steps_) {
    Feeder feeder(dataset_, order_, tokenizer_, plan_from(state_.step),
                  {.preprocess = state_.source.preprocess,
                   .augmentation = config_.data.augmentation,
                   .context_length = state_.model.config().text->context_length,
                   .seed = config_.seed,
                   .threads = config_.data.threads,
                   .max_pixels = config_.data.max_pixels,
                   .bad_limit = config_.data.bad_limit,
                   .teacher = teacher_ ? &*teacher_ : nullptr});
    while (state_.step < steps_ && !preempted_) {
      const StepRecord record = take_step(feeder);
      after_step(record, feeder);
      ++summary.steps;
    }
  }
  communicator_.barrier();  // what the others wait for rank 0 by ends with it
  if (folder_) folder_->finish();
  summary.checkpoint = saved_;
  summary.seconds = seconds_since(begin);
  summary.preempted = preempted_;
  return summary;
}

}  // namespace tandem::torch_train
