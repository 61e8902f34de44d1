// What `verify` asks of the trainer: the reference's losses and training steps, on the code that
// trains.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include "backend/torch/border.h"
#include "base/fail.h"
#include "train/schedule.h"
#include "train/torch/adamw.h"
#include "train/torch/gradient_cache.h"
#include "train/torch/thread_ranks.h"
#include "train/trainer.h"

namespace tandem::torch_train {
namespace {

using Values = std::map<std::string, TrainingValue>;

TrainingValue value_of(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().to(at::kCPU, at::kDouble).contiguous();
  return {values.sizes().vec(),
          {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()}};
}

const TensorView& input(const TrainingCase& training_case, const std::string& name) {
  const TensorView* tensor = training_case.inputs->find(name);
  if (tensor == nullptr)
    fail(ErrorKind::bad_input, "the case has no tensor \"{}\"; get it again", name);
  return *tensor;
}

at::Tensor float_input(const TrainingCase& training_case, const std::string& name) {
  return torch_backend::to_tensor(
      input(training_case, name),
      {.device = torch_backend::device_named(training_case.device), .dtype = at::kFloat});
}

// --- Losses -------------------------------------------------------------------------------------

/// Features and scalars of a loss case.
struct LossInputs {
  LossKind kind;
  at::Tensor image, text, logit_scale, logit_bias;

  LossResult run(int64_t begin, int64_t count, Communicator& communicator) const {
    const at::Tensor own_image = image.narrow(0, begin, count),
                     own_text = text.narrow(0, begin, count);
    return kind == LossKind::infonce
               ? infonce(own_image, own_text, logit_scale, communicator)
               : sigmoid_loss(own_image, own_text, logit_scale, logit_bias, communicator);
  }
};

LossInputs loss_inputs(const TrainingCase& training_case) {
  LossInputs inputs{.kind = training_case.loss,
                    .image = float_input(training_case, "image_features"),
                    .text = float_input(training_case, "text_features"),
                    .logit_scale = float_input(training_case, "logit_scale")};
  if (inputs.kind == LossKind::sigmoid)
    inputs.logit_bias = float_input(training_case, "logit_bias");
  if (inputs.image.dim() != 2 || inputs.image.sizes() != inputs.text.sizes())
    fail(ErrorKind::bad_input,
         "the case's features are no two matrices of one shape; get it again");
  return inputs;
}

void set_gradients(Values& values, const std::string& prefix, const LossResult& result) {
  values[prefix + "grad_image_features"] = value_of(result.grad_image);
  values[prefix + "grad_text_features"] = value_of(result.grad_text);
  values[prefix + "grad_logit_scale"] = value_of(result.grad_logit_scale);
  if (result.grad_logit_bias.defined())
    values[prefix + "grad_logit_bias"] = value_of(result.grad_logit_bias);
}

Values whole_batch_loss(const LossInputs& inputs) {
  LossResult result;
  run_ranks(1, [&](Communicator& alone) { result = inputs.run(0, inputs.image.size(0), alone); });
  Values values{{"loss", value_of(result.loss)}};
  set_gradients(values, "", result);
  return values;
}

// All ranks' results: features' gradients in rank order, scalars one a rank.
LossResult joined(const std::vector<LossResult>& results) {
  const auto each = [&](at::Tensor LossResult::*part) {
    std::vector<at::Tensor> parts;
    for (const auto& result : results) parts.push_back(result.*part);
    return parts;
  };
  LossResult all{.loss = at::stack(each(&LossResult::loss)),
                 .grad_image = at::cat(each(&LossResult::grad_image)),
                 .grad_text = at::cat(each(&LossResult::grad_text)),
                 .grad_logit_scale = at::stack(each(&LossResult::grad_logit_scale))};
  if (results[0].grad_logit_bias.defined())
    all.grad_logit_bias = at::stack(each(&LossResult::grad_logit_bias));
  return all;
}

Values loss_of_ranks(const LossInputs& inputs, int ranks) {
  const int64_t n = inputs.image.size(0) / std::max(1, ranks);
  if (ranks < 1 || n * ranks != inputs.image.size(0))
    fail(ErrorKind::bad_input, "the case's {} rows cannot be shared by {} ranks; get it again",
         inputs.image.size(0), ranks);
  std::vector<LossResult> results(static_cast<size_t>(ranks));
  run_ranks(ranks, [&](Communicator& communicator) {
    const int rank = communicator.rank();
    results[static_cast<size_t>(rank)] = inputs.run(rank * n, n, communicator);
  });
  const LossResult all = joined(results);

  Values values;
  const std::string own = inputs.kind == LossKind::infonce ? "local_with_grad." : "ranks.";
  values[own + "losses"] = value_of(all.loss);
  set_gradients(values, own, all);
  if (inputs.kind == LossKind::infonce) {
    // Each rank computing the whole loss: what averaging over ranks gives them.
    LossResult global = all;
    for (at::Tensor* scalars : {&global.loss, &global.grad_logit_scale})
      *scalars = scalars->mean().expand({ranks});
    values["global_with_grad.losses"] = value_of(global.loss);
    set_gradients(values, "global_with_grad.", global);
  }
  for (const auto& [name, value] : whole_batch_loss(inputs))
    values[name == "loss" ? "loss.global" : "global." + name] = value;
  return values;
}

// --- Steps --------------------------------------------------------------------------------------

/// A case's batches: pixels [steps, n, 3, height, width] and tokens [steps, n, context_length], or
/// one batch without the first axis.
class Batches {
 public:
  Batches(const TrainingCase& training_case, const ModelConfig& config) {
    const TensorView &pixels = input(training_case, "pixels"),
                     &tokens = input(training_case, "tokens");
    const auto [height, width] = config.image_size();
    const bool one = pixels.shape.size() == 4;
    const Shape batch(pixels.shape.begin() + (one ? 0 : 1), pixels.shape.end());
    steps_ = one ? 1 : pixels.shape.empty() ? 0 : pixels.shape[0];
    size_ = batch.empty() ? 0 : batch[0];
    context_length_ = config.text ? config.text->context_length : 0;
    if (batch != Shape{size_, 3, height, width} ||
        tokens.elements() != steps_ * size_ * context_length_ || size_ == 0 || steps_ == 0)
      fail(ErrorKind::bad_input,
           "the case's pixels {} and tokens {} are no batches of this model; get it again",
           to_string(pixels.shape), to_string(tokens.shape));
    pixels_ = to_float(pixels);
    for (const int64_t id : to_int64(tokens)) tokens_.push_back(static_cast<int32_t>(id));
  }

  int64_t steps() const { return steps_; }
  int64_t size() const { return size_; }
  MicroBatch portion(int64_t step, int64_t begin, int64_t count) const {
    const auto part = [&](const auto& all) {
      const auto row = static_cast<int64_t>(all.size()) / (steps_ * size_);
      const auto from = all.begin() + (step * size_ + begin) * row;
      return std::vector(from, from + count * row);
    };
    return {.step = step,
            .first_position = step * size_ + begin,
            .size = count,
            .pixels = part(pixels_),
            .tokens = part(tokens_)};
  }

 private:
  int64_t steps_ = 0, size_ = 0, context_length_ = 0;
  std::vector<float> pixels_;
  std::vector<int32_t> tokens_;
};

/// A model in training, as a case asks for it.
class Run {
 public:
  explicit Run(const TrainingCase& training_case)
      : case_(training_case),
        checkpoint_(open_checkpoint(training_case.model)),
        model_(checkpoint_.config, checkpoint_.weights, {},
               torch_backend::device_named(training_case.device)),
        batches_(training_case, checkpoint_.config),
        portions_(training_case.micro_batches) {
    if (portions_.empty()) portions_ = {batches_.size()};
    int64_t sum = 0;
    for (const int64_t portion : portions_) sum += portion;
    if (sum != batches_.size())
      fail(ErrorKind::bad_input,
           "the case's micro-batches hold {} pairs of a batch of {}; get it again", sum,
           batches_.size());
  }

  /// Loss and gradients of one step, in the leaves.
  double accumulate(int64_t step) {
    size_t portion = 0;
    int64_t begin = 0;
    MicroBatch current;
    const auto next = [&]() -> const MicroBatch& {
      const int64_t size = portions_[portion % portions_.size()];
      if (portion++ % portions_.size() == 0) begin = 0;
      current = batches_.portion(step, begin, size);
      begin += size;
      return current;
    };
    const auto parameter = [&](const char* name) { return model_.parameters().at(name); };
    StepLoss result;
    run_ranks(1, [&](Communicator& alone) {
      const auto loss = [&](const BatchFeatures& features) {
        return case_.loss == LossKind::infonce
                   ? infonce(features.image, features.text, parameter("logit_scale"), alone)
                   : sigmoid_loss(features.image, features.text, parameter("logit_scale"),
                                  parameter("logit_bias"), alone);
      };
      result = accumulate_gradients(model_, static_cast<int64_t>(portions_.size()), next, loss,
                                    /*seed=*/0, alone);
    });
    return result.loss;
  }

  void write_gradients(Values& values) {
    for (const auto& [name, leaf] : model_.parameters())
      if (leaf.grad().defined()) values["grad." + name] = value_of(leaf.grad());
  }

  Values steps() {
    Values values;
    AdamW optimiser(parameter_rules(checkpoint_.config, {}, case_.optimizer), case_.optimizer);
    auto& parameters = model_.parameters();
    for (int64_t step = 0; step < batches_.steps(); ++step) {
      const double loss = accumulate(step);
      if (step == 0) write_gradients(values);
      const double norm = gradient_norm(parameters);
      if (case_.optimizer.clip_norm > 0)
        clip_gradients(parameters, norm, case_.optimizer.clip_norm);
      const double lr =
          case_.optimizer.lr * schedule_factor(case_.schedule, case_.schedule.steps, step);
      optimiser.step(parameters, lr);
      clamp_logit_scale(parameters, LossSection{}.max_logit_scale);
      const double scale = parameters.at("logit_scale").item<double>();
      for (const auto& [name, value] :
           {std::pair("losses", loss), std::pair("grad_norms", norm),
            std::pair("learning_rates", lr), std::pair("logit_scales", scale)}) {
        auto& list = values[name];
        list.values.push_back(value);
        list.shape = {step + 1};
      }
    }
    for (const auto& [name, leaf] : parameters)
      if (leaf.requires_grad()) values["param." + name] = value_of(leaf);
    return values;
  }

  Values one_batch() {
    Values values{{"loss", {{}, {accumulate(0)}}}};
    write_gradients(values);
    values["grad_norm"] = {{}, {gradient_norm(model_.parameters())}};
    for (const auto& [name, leaf] : model_.parameters())
      if (!leaf.requires_grad()) values["buffer." + name] = value_of(leaf);
    return values;
  }

 private:
  const TrainingCase& case_;
  Checkpoint checkpoint_;
  TrainableModel model_;
  Batches batches_;
  std::vector<int64_t> portions_;
};

Values run(const TrainingCase& training_case) {
  const std::string& kind = training_case.kind;
  if (kind == "single") return whole_batch_loss(loss_inputs(training_case));
  if (kind == "ranks") return loss_of_ranks(loss_inputs(training_case), training_case.ranks);
  if (kind == "steps") return Run(training_case).steps();
  if (kind == "accumulation" || kind == "batchnorm_step") return Run(training_case).one_batch();
  fail(ErrorKind::unsupported,
       "the kind \"{}\" of a training case is none that Tandem knows; use a newer Tandem", kind);
}

}  // namespace
}  // namespace tandem::torch_train

extern "C" void tandem_training_case(const tandem::TrainingCase& training_case,
                                     std::map<std::string, tandem::TrainingValue>& out) {
  tandem::torch_backend::at_border([&] { out = tandem::torch_train::run(training_case); });
}
