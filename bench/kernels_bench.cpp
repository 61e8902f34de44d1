// The CPU backend's kernels, one at a time on one thread, each with its share of the peak that
// multiply-adds in registers reach; the product also as oneDNN does it.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <cmath>
#include <oneapi/dnnl/dnnl.hpp>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "cpu_time.h"
#include "kernels/kernels.h"
#include "kernels/product.h"

namespace {

using namespace tandem;
using namespace tandem::cpu;

// Measured once, in the same run as everything else.
double peak() {
  static const double measured = 1e9 * tandem_bench::peak_gflops_by_cpu_time();
  return measured;
}

void report(benchmark::State& state, double operations) {
  using benchmark::Counter;
  state.counters["GFLOP/s"] = Counter(operations / 1e9, Counter::kIsIterationInvariantRate);
  state.counters["share"] = Counter(operations / peak(), Counter::kIsIterationInvariantRate);
}

std::vector<float> random_numbers(int64_t n) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(static_cast<size_t>(n));
  for (float& value : values) value = uniform(random);
  return values;
}

// Rows, terms and columns of ViT-B/32's products at batch 32 and 1, and of its text tower's.
void shapes(benchmark::internal::Benchmark* bench) {
  for (const int64_t rows : {1600, 50})
    for (const auto& [terms, columns] :
         {std::pair{768, 2304}, {768, 768}, {768, 3072}, {3072, 768}})
      bench->Args({rows, terms, columns});
  bench->Args({640, 512, 2048})->Args({640, 2048, 512});
}

void own_product(benchmark::State& state, Epilogue::Function function) {
  const int64_t rows = state.range(0), terms = state.range(1), columns = state.range(2);
  const auto x = random_numbers(rows * terms), stored = random_numbers(columns * terms);
  const TensorView view{DType::f32, {columns, terms}, std::as_bytes(std::span(stored))};
  const PackedMatrix weights = pack(view, false);
  Floats y(rows * columns);
  const auto source = [&](int64_t row, int64_t, int64_t begin, int64_t, float*) {
    return RowBlock{x.data() + row * terms + begin, terms};
  };
  for (auto _ : state)
    multiply(chosen_kernels(), rows, source, weights, y.data(), columns, {.function = function});
  report(state, 2.0 * static_cast<double>(rows * terms * columns));
}

void one_dnn_product(benchmark::State& state) {
  using dnnl::memory;
  const int64_t rows = state.range(0), terms = state.range(1), columns = state.range(2);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const memory::desc x({rows, terms}, memory::data_type::f32, memory::format_tag::ab);
  const memory::desc w({columns, terms}, memory::data_type::f32, memory::format_tag::any);
  const memory::desc y({rows, columns}, memory::data_type::f32, memory::format_tag::ab);
  const dnnl::inner_product_forward::primitive_desc description(
      {dnnl::prop_kind::forward_inference, x, w, y}, engine);
  const dnnl::inner_product_forward product(description);
  auto values = random_numbers(rows * terms);
  auto weights =
      random_numbers(static_cast<int64_t>(description.weights_desc().get_size() / sizeof(float)));
  memory x_memory(x, engine, values.data()), y_memory(y, engine);
  memory w_memory(description.weights_desc(), engine, weights.data());
  for (auto _ : state) {
    product.execute(
        stream, {{DNNL_ARG_SRC, x_memory}, {DNNL_ARG_WEIGHTS, w_memory}, {DNNL_ARG_DST, y_memory}});
    stream.wait();
  }
  state.SetLabel(description.impl_info_str());
  report(state, 2.0 * static_cast<double>(rows * terms * columns));
}

// One head of one sequence.
void attention(benchmark::State& state, bool causal) {
  const int64_t keys = state.range(0), width = state.range(1);
  const Kernels& kernels = chosen_kernels();
  const auto qkv = random_numbers(keys * 3 * width);
  Floats y(keys * width), scratch(kernels.attention_scratch(keys, width));
  std::vector<int64_t> visible;
  for (int64_t i = 1; i <= keys; ++i) visible.push_back(i);
  for (auto _ : state)
    kernels.attend({.q = qkv.data(),
                    .k = qkv.data() + width,
                    .v = qkv.data() + 2 * width,
                    .y = y.data(),
                    .q_stride = 3 * width,
                    .k_stride = 3 * width,
                    .v_stride = 3 * width,
                    .y_stride = width,
                    .queries = keys,
                    .keys = keys,
                    .width = width,
                    .scale = 1 / std::sqrt(static_cast<float>(width)),
                    .visible = causal ? visible.data() : nullptr},
                   scratch.data());
  report(state, 4.0 * static_cast<double>(keys * keys * width) * (causal ? 0.5 : 1));
}

void layer_norm(benchmark::State& state) {
  const int64_t width = state.range(0);
  const auto x = random_numbers(width), gain = random_numbers(width);
  Floats y(width);
  for (auto _ : state)
    chosen_kernels().layer_norm(x.data(), y.data(), 1, width, gain.data(), gain.data(), 1e-5F);
  state.SetBytesProcessed(state.iterations() * width * 8);
}

BENCHMARK_CAPTURE(own_product, none, Epilogue::Function::none)->Apply(shapes);
BENCHMARK(one_dnn_product)->Apply(shapes);
BENCHMARK_CAPTURE(own_product, quick_gelu, Epilogue::Function::quick_gelu)->Args({1600, 768, 3072});
BENCHMARK_CAPTURE(own_product, gelu, Epilogue::Function::gelu)->Args({1600, 768, 3072});
BENCHMARK_CAPTURE(own_product, gelu_tanh, Epilogue::Function::gelu_tanh)->Args({1600, 768, 3072});
BENCHMARK_CAPTURE(attention, all, false)->Args({50, 64})->Args({197, 64})->Args({577, 64});
BENCHMARK_CAPTURE(attention, causal, true)->Args({77, 64})->Args({10, 64});
BENCHMARK(layer_norm)->Arg(512)->Arg(768)->Arg(1024);

}  // namespace

// oneDNN has its own threads: run with OMP_NUM_THREADS=1.
int main(int argc, char** argv) {
  set_thread_count(1);
  fmt::print("{}: {:.1f} GFLOP/s on one core\n", name_of(chosen_kernels().isa), peak() / 1e9);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
