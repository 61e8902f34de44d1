// ViT-B/32 at its true size with random weights, through the encoder that users run, on one
// thread and two: figures by the clock on the wall and by the time that this process was given
// (cpu_time.h). `bench_encode [SECONDS for each figure]`. `tandem bench` has the figures that
// users see; this one is for work on kernels.
#include <fmt/core.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <vector>

#include "backend/encoder.h"
#include "base/thread_pool.h"
#include "bench/flops.h"
#include "cpu_time.h"
#include "engine/engine.h"

namespace {

using namespace tandem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Prints the best of as many calls as fit into `seconds`, and at least three.
void measure(const char* what, int64_t n, double operations, double seconds,
             const std::function<void()>& call) {
  double wall = HUGE_VAL, cpu = HUGE_VAL;
  call();
  const auto begin = Clock::now();
  for (int i = 0; i < 3 || seconds_since(begin) < seconds; ++i) {
    const auto start = Clock::now();
    const double cpu_start = tandem_bench::cpu_seconds();
    call();
    cpu = std::min(cpu, tandem_bench::cpu_seconds() - cpu_start);
    wall = std::min(wall, seconds_since(start));
  }
  const double peak = peak_gflops(thread_count());
  fmt::print(
      "{:<18}{:>3}, threads {}: {:7.1f}/s, {:5.1f}% of {:.0f} GFLOP/s by the wall; "
      "{:5.1f}% by CPU time\n",
      what, n, thread_count(), static_cast<double>(n) / wall, 100 * operations / 1e9 / wall / peak,
      peak, 100 * operations / 1e9 / cpu / tandem_bench::peak_gflops_by_cpu_time());
}

void bench_pictures(const Engine& engine, int64_t batch, double seconds) {
  const auto& config = engine.checkpoint().config;
  const auto [height, width] = config.image_size();
  const std::vector<float> values(static_cast<size_t>(batch * 3 * height * width), 0.5F);
  const Pixels pixels{.values = values, .batch = batch, .height = height, .width = width};
  std::vector<double> embeddings(static_cast<size_t>(batch * config.embed_dim));
  measure("pictures, batch", batch, static_cast<double>(batch) * image_flops(config), seconds,
          [&] { engine.image_encoder().encode_image(pixels, {.embeddings = embeddings.data()}); });
}

void bench_texts(const Engine& engine, int64_t length, double seconds) {
  constexpr int64_t kTexts = 64;
  const auto& config = engine.checkpoint().config;
  TextBatch batch{.sequences = Sequences::uniform(kTexts, length, Sequences::Attends::before)};
  for (int64_t row = 0; row < kTexts * length; ++row) {
    batch.ids.push_back(static_cast<int32_t>(row * 7919 % config.text->vocab_size));
    batch.positions.push_back(static_cast<int32_t>(row % length));
    if (row % length + 1 == length) batch.pooled_rows.push_back(row);
  }
  std::vector<double> embeddings(static_cast<size_t>(kTexts * config.embed_dim));
  const double operations =
      text_flops(*config.text, config.embed_dim, static_cast<double>(kTexts * length),
                 static_cast<double>(length), kTexts);
  measure(length == 10 ? "texts of 10, batch" : "texts of 77, batch", kTexts, operations, seconds,
          [&] { engine.text_encoder().encode_text(batch, {.embeddings = embeddings.data()}); });
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  const Engine engine(open_model("random:ViT-B/32", {}), {});
  const auto begin = Clock::now();
  engine.image_encoder();
  engine.text_encoder();
  fmt::print("{}, both towers prepared in {:.2f} s\n", name_of(chosen_isa()), seconds_since(begin));
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    for (const int64_t batch : {1, 32}) bench_pictures(engine, batch, seconds);
    for (const int64_t length : {10, 77}) bench_texts(engine, length, seconds);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} MB at most, the stored weights included\n", usage.ru_maxrss / 1024);
}
