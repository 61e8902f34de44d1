// One training step after another, as `tandem train` takes them, without data or run folder:
//
//   bench_train_step MODEL BATCH THREADS FOLDER
//
// MODEL is small (pictures of 112, patch 16, width 256, 8 layers; texts of width 256, 6 layers) or
// ViT-B/32, from scratch. FOLDER gets what another program needs to take the same steps
// (weights.safetensors, batch.safetensors), unless it is "-". Then each line of the standard input
// is a request, answered by a line of JSON:
//
//   step N [OPTION]...   N steps: their losses, the seconds of each, and those of its CPU
//   parts N [OPTION]...  N steps: CPU seconds of the picture's forward and backward, the text's,
//                        the loss and the optimiser
//
// Options: padded (captions to the context), whole (the last block for all rows), plain
// (libtorch's general operations alone).
#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <torch/csrc/autograd/autograd.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>

#include "base/thread_pool.h"
#include "checkpoint/safetensors.h"
#include "cpu_time.h"
#include "train/initialise.h"
#include "train/torch/adamw.h"
#include "train/torch/loss.h"
#include "train/torch/trainable_model.h"

namespace {

using namespace tandem;
using namespace tandem::torch_train;
using Clock = std::chrono::steady_clock;

ModelConfig small_model() {
  const TransformerConfig image{.width = 256, .layers = 8, .heads = 4, .mlp_width = 1024};
  TransformerConfig text = image;
  text.layers = 6;
  return {.embed_dim = 256,
          .image = VisionTransformerConfig{.image_height = 112,
                                           .image_width = 112,
                                           .patch_height = 16,
                                           .patch_width = 16,
                                           .transformer = image},
          .text = TextTransformerConfig{.transformer = text}};
}

ModelConfig vit_b_32() {
  return {.embed_dim = 512,
          .image =
              VisionTransformerConfig{
                  .transformer = {.width = 768, .layers = 12, .heads = 12, .mlp_width = 3072}},
          .text = TextTransformerConfig{
              .transformer = {.width = 512, .layers = 12, .heads = 8, .mlp_width = 2048}}};
}

struct Batch {
  std::vector<float> pixels;
  std::vector<int32_t> tokens;
};

// Captions of 8 to 25 tokens, begin and end among them: about those of web captions (mean 16).
Batch random_batch(const ModelConfig& config, int64_t size) {
  std::mt19937 random(20241124);
  const auto [height, width] = config.image_size();
  Batch batch;
  std::normal_distribution<float> pixel;
  batch.pixels.resize(static_cast<size_t>(size * 3 * height * width));
  for (float& value : batch.pixels) value = pixel(random);
  const int context = config.text->context_length, vocabulary = config.text->vocab_size;
  for (int64_t i = 0; i < size; ++i) {
    std::vector<int32_t> row(static_cast<size_t>(context), 0);
    const int length = std::uniform_int_distribution(8, 25)(random);
    row[0] = vocabulary - 2;
    for (int t = 1; t + 1 < length; ++t)
      row[t] = std::uniform_int_distribution(1, vocabulary - 3)(random);
    row[length - 1] = vocabulary - 1;
    batch.tokens.insert(batch.tokens.end(), row.begin(), row.end());
  }
  return batch;
}

template <class T>
TensorView view_of(const std::vector<T>& values, DType dtype, Shape shape) {
  return {dtype,
          std::move(shape),
          {reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(T)}};
}

void write_inputs(const std::string& folder, const ModelConfig& config, const TensorStore& weights,
                  const Batch& batch, int64_t size) {
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : weights.tensors) tensors.push_back({name, tensor});
  write_safetensors(folder + "/weights.safetensors", tensors);
  const auto [height, width] = config.image_size();
  write_safetensors(
      folder + "/batch.safetensors",
      {{"pixels", view_of(batch.pixels, DType::f32, {size, 3, height, width})},
       {"tokens", view_of(batch.tokens, DType::i32, {size, config.text->context_length})}});
}

class Training {
 public:
  Training(const ModelConfig& config, const TensorStore& weights, const ComputeSection& compute,
           const Batch& batch, int64_t size)
      : model_(config, weights, compute, at::kCPU),
        optimizer_(parameter_rules(config, {}, OptimizerSection{}), OptimizerSection{}),
        batch_(batch),
        size_(size) {}

  // CPU seconds: picture forward, text forward, loss, picture backward, text backward, optimiser.
  std::array<double, 6> step() {
    std::array<double, 6> seconds{};
    const auto begin = Clock::now();
    double start = tandem_bench::cpu_seconds();
    size_t part = 0;
    const auto lap = [&] {
      const double now = tandem_bench::cpu_seconds();
      seconds[part++] = now - start;
      start = now;
    };
    const auto [height, width] = model_.config().image_size();
    const at::Tensor image = model_.encode_image(
        {.values = batch_.pixels, .batch = size_, .height = height, .width = width}, 0);
    lap();
    const at::Tensor text = model_.encode_text(batch_.tokens);
    lap();
    at::Tensor& scale = model_.parameters().at("logit_scale");
    const LossResult result = infonce(image.detach(), text.detach(), scale.detach(), *alone_);
    loss_ = result.loss.item<double>();
    scale.mutable_grad() = result.grad_logit_scale.reshape(scale.sizes());
    lap();
    torch::autograd::backward({image}, {result.grad_image});
    lap();
    torch::autograd::backward({text}, {result.grad_text});
    lap();
    optimizer_.step(model_.parameters(), 5e-4);
    clamp_logit_scale(model_.parameters(), 100);
    lap();
    seconds_ = std::chrono::duration<double>(Clock::now() - begin).count();
    return seconds;
  }
  double loss() const { return loss_; }
  double seconds() const { return seconds_; }

 private:
  TrainableModel model_;
  AdamW optimizer_;
  const Batch& batch_;
  int64_t size_;
  std::unique_ptr<Communicator> alone_ = single_process();
  double loss_ = 0, seconds_ = 0;
};

std::string list(const std::vector<double>& values) {
  std::string text;
  for (const double value : values)
    text += fmt::format("{}{:.9g}", text.empty() ? "" : ", ", value);
  return "[" + text + "]";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "bench_train_step: MODEL BATCH THREADS FOLDER\n");
    return 2;
  }
  const ModelConfig config = std::string(argv[1]) == "small" ? small_model() : vit_b_32();
  const int64_t size = std::stoll(argv[2]);
  set_thread_count(std::stoi(argv[3]));
  at::set_num_threads(thread_count());
  const TensorStore weights = initial_weights(config, {}, 1);
  const Batch batch = random_batch(config, size);
  if (std::string(argv[4]) != "-") write_inputs(argv[4], config, weights, batch, size);

  std::map<std::string, std::unique_ptr<Training>> trainings;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb, option, options;
    int count = 0;
    ComputeSection compute;
    for (words >> verb >> count; words >> option; options += option) {
      if (option == "padded") compute.packed_texts = false;
      if (option == "whole") compute.pruned_last_block = false;
      if (option == "plain") compute.fused_operations = false;
    }
    auto& training = trainings[options];
    if (!training) training = std::make_unique<Training>(config, weights, compute, batch, size);
    std::vector<double> losses, seconds, cpu_seconds;
    std::array<double, 6> parts{};
    for (int i = 0; i < count; ++i) {
      const auto step = training->step();
      double sum = 0;
      for (size_t part = 0; part < step.size(); ++part) {
        sum += step[part];
        parts[part] += step[part] / count;
      }
      seconds.push_back(training->seconds());
      cpu_seconds.push_back(sum);
      losses.push_back(training->loss());
    }
    if (verb == "step")
      fmt::print("{{\"seconds\": {}, \"cpu_seconds\": {}, \"losses\": {}}}\n", list(seconds),
                 list(cpu_seconds), list(losses));
    else
      fmt::print(
          "{{\"image_forward\": {:.4f}, \"text_forward\": {:.4f}, \"loss\": {:.4f}, "
          "\"image_backward\": {:.4f}, \"text_backward\": {:.4f}, \"optimizer\": {:.4f}}}\n",
          parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
    std::fflush(stdout);
  }
}
