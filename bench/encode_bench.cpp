// ViT-B/32 at its true size with random weights, through the encoder that users run: pictures
// and texts a second, and the share of the peak that multiply-adds in registers reach in the
// same run. `bench_encode [SECONDS]` per figure, 2 by default.
//
// Two shares are printed: by the clock on the wall, and by the time that the system gave to
// this process. On a machine that others use too, the second is the one that says something.
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

#include "backend/cpu/peak.h"
#include "backend/encoder.h"
#include "base/thread_pool.h"
#include "engine/text_batch.h"
#include "model/weight_table.h"

namespace {

using namespace tandem;

ModelConfig vit_b_32() {
  return {.embed_dim = 512,
          .image =
              VisionTransformerConfig{
                  .transformer = {.width = 768, .layers = 12, .heads = 12, .mlp_width = 3072}},
          .text = TextTransformerConfig{
              .transformer = {.width = 512, .layers = 12, .heads = 8, .mlp_width = 2048}}};
}

TensorStore random_weights(const ModelConfig& config) {
  TensorStore weights;
  uint32_t state = 1;
  for (const auto& spec : weight_table(config)) {
    std::vector<float> values(static_cast<size_t>(element_count(spec.shape)));
    for (float& value : values) {
      state = state * 1664525 + 1013904223;  // Numerical Recipes' generator
      value = (static_cast<float>(state >> 8) / float{1 << 24} - 0.5F) * 0.1F;
    }
    weights.add(spec.name, spec.shape, values);
  }
  return weights;
}

// Operations of a block: products for every row, or q, the output and the MLP for some alone.
double block_operations(const TransformerConfig& c, double rows, double queries, double keys) {
  const double width = c.width, mlp = c.mlp_width;
  return 2 * rows * width * 2 * width + 2 * queries * width * (2 * width + 2 * mlp) +
         4 * queries * keys * width;
}

double transformer_operations(const TransformerConfig& c, double sequences, double rows) {
  return sequences * ((c.layers - 1) * block_operations(c, rows, rows, rows) +
                      block_operations(c, rows, 1, rows));
}

struct Times {
  double wall = HUGE_VAL, cpu = HUGE_VAL;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The best of as many calls as fit into `seconds`, and at least three.
Times measure(double seconds, const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  Times best;
  call();
  const auto begin = Clock::now();
  for (int i = 0; i < 3 || std::chrono::duration<double>(Clock::now() - begin).count() < seconds;
       ++i) {
    const auto start = Clock::now();
    const double cpu_start = cpu_seconds();
    call();
    best.cpu = std::min(best.cpu, cpu_seconds() - cpu_start);
    best.wall = std::min(best.wall, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

void print(const char* what, int64_t n, double operations, int threads, const Times& times) {
  const auto peak = cpu::measure_peak(cpu::chosen_kernels(), threads);
  fmt::print(
      "{:<24} batch {:>3}  {} thread{}  {:8.1f}/s  {:5.1f}% of {:.0f} GFLOP/s by the wall, "
      "{:5.1f}% by CPU time\n",
      what, n, threads, threads > 1 ? "s" : " ", static_cast<double>(n) / times.wall,
      100 * operations / times.wall / peak.per_second, peak.per_second / 1e9,
      100 * operations / times.cpu / peak.per_cpu_second);
}

void bench_pictures(const Encoder& encoder, const ModelConfig& config, int64_t batch, int threads,
                    double seconds) {
  const auto& vit = std::get<VisionTransformerConfig>(*config.image);
  const std::vector<float> values(static_cast<size_t>(batch * 3 * 224 * 224), 0.5F);
  const Pixels pixels{.values = values, .batch = batch, .height = 224, .width = 224};
  std::vector<double> embeddings(static_cast<size_t>(batch * config.embed_dim));
  const auto times =
      measure(seconds, [&] { encoder.encode_image(pixels, {.embeddings = embeddings.data()}); });
  const double n = static_cast<double>(batch);
  const double operations =
      transformer_operations(vit.transformer, n, vit.rows()) + n * 2 * 768 * (49 * 3072 + 512);
  print("pictures", batch, operations, threads, times);
}

void bench_texts(const Encoder& encoder, const ModelConfig& config, int64_t length, int threads,
                 double seconds) {
  constexpr int64_t kTexts = 64;
  const auto& text = *config.text;
  TextBatch batch{.sequences = Sequences::uniform(kTexts, length, Sequences::Attends::before)};
  for (int64_t row = 0; row < kTexts * length; ++row) {
    batch.ids.push_back(static_cast<int32_t>(row * 7919 % text.vocab_size));
    batch.positions.push_back(static_cast<int32_t>(row % length));
    if (row % length + 1 == length) batch.pooled_rows.push_back(row);
  }
  std::vector<double> embeddings(static_cast<size_t>(kTexts * config.embed_dim));
  const auto times =
      measure(seconds, [&] { encoder.encode_text(batch, {.embeddings = embeddings.data()}); });
  const double operations =
      transformer_operations(text.transformer, kTexts, static_cast<double>(length)) +
      kTexts * 2.0 * 512 * 512;
  print(length == 77 ? "texts of 77 rows" : "texts of 10 rows", kTexts, operations, threads, times);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  const ModelConfig config = vit_b_32();
  const TensorStore weights = random_weights(config);
  const auto begin = std::chrono::steady_clock::now();
  const auto encoder = make_encoder(config, weights, {.backend = BackendKind::cpu});
  const std::chrono::duration<double> prepared = std::chrono::steady_clock::now() - begin;
  fmt::print("{}, prepared in {:.2f} s\n", name_of(cpu::chosen_kernels().isa), prepared.count());
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    for (const int64_t batch : {1, 32}) bench_pictures(*encoder, config, batch, threads, seconds);
    for (const int64_t length : {77, 10}) bench_texts(*encoder, config, length, threads, seconds);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} MB at most, of which {} MB are the stored weights\n", usage.ru_maxrss / 1024,
             parameter_count(config) * 4 >> 20);
}
