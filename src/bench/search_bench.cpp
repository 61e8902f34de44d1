#include "bench/search_bench.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "bench/measure.h"
#include "bench/peak.h"
#include "checkpoint/npy.h"
#include "search/neighbour_graph.h"
#include "search/scan.h"
#include "train/random.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using Report = std::function<void(const Figure&)>;

constexpr int kWidth = 512;
constexpr uint64_t kSeed = 12;
constexpr int64_t kBlock = 4096;  // rows made at once
constexpr size_t kBest = 10;
constexpr int64_t kAsked = 200;  // queries of the graph

/// A vector file that is gone at the end.
class TemporaryVectors {
 public:
  using Row = std::function<void(int64_t i, float* to)>;

  TemporaryVectors(int64_t rows, VectorFormat format, const Row& row) {
    path_ = (fs::temp_directory_path() /
             fmt::format("tandem-bench-{}-{}", ::getpid(), static_cast<int>(format)))
                .string();
    write_vector_file(path_, format, std::string(32, '0'), kWidth, [&](const auto& each) {
      std::vector<float> block(kBlock * kWidth);
      for (int64_t begin = 0; begin < rows; begin += kBlock) {
        const int64_t count = std::min(kBlock, rows - begin);
        parallel_for(count, [&](int64_t i) { row(begin + i, block.data() + i * kWidth); });
        for (int64_t i = 0; i < count; ++i)
          each(begin + i, std::span<const float>(block).subspan(i * kWidth, kWidth));
      }
      return int64_t{0};
    });
  }
  ~TemporaryVectors() {
    std::error_code ignored;
    fs::remove(path_, ignored);
    fs::remove(path_ + ".hnsw", ignored);
  }
  TemporaryVectors(const TemporaryVectors&) = delete;
  TemporaryVectors& operator=(const TemporaryVectors&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Of about length 1: no scan depends on the numbers.
void any_row(int64_t i, float* to) {
  for (int k = 0; k < kWidth; ++k)
    to[k] = static_cast<float>((random_unit(kSeed, static_cast<uint64_t>(i * kWidth + k)) - 0.5) *
                               0.153);
}

void finish(Figure figure, const std::string& name, const char* unit, const Report& report) {
  figure.bench = "search/" + name;
  figure.unit = unit;
  report(figure);
}

Embeddings first_rows(const VectorFile& file, int64_t rows) {
  Embeddings found{.rows = std::min(rows, file.rows()), .width = kWidth};
  found.values.resize(static_cast<size_t>(found.rows * kWidth));
  for (int64_t i = 0; i < found.rows; ++i) file.copy_row(i, found.row(i).data());
  return found;
}

void bench_scans(const BenchOptions& options, VectorFormat format, double bandwidth,
                 const Report& report) {
  const TemporaryVectors vectors(options.rows, format, any_row);
  const std::string name = format == VectorFormat::f32 ? "f32" : "int8";
  finish(measure_milliseconds(options.repeats, [&] { VectorFile::open(vectors.path()); }),
         name + "/open", "ms", report);
  const VectorFile file = VectorFile::open(vectors.path());
  const double bytes =
      static_cast<double>(file.rows() * file.stride()) * (format == VectorFormat::f32 ? 4 : 1);
  for (const int64_t count : {1, 8}) {
    const Embeddings queries = first_rows(file, count);
    Figure figure = measure_milliseconds(options.repeats, [&] { scan(file, queries, kBest); });
    figure.share_of_peak = bytes / 1e6 / figure.value / bandwidth;
    finish(figure, fmt::format("{}/queries{}", name, count), "ms", report);
  }
}

Embeddings real_embeddings(const BenchOptions& options) {
  Embeddings real;
  if (options.folder.ends_with(".npy")) {
    const NpyFile npy = read_npy(options.folder);
    if (npy.array.shape.size() != 2 || npy.array.dtype != DType::f32)
      fail(ErrorKind::bad_input, "{}: holds no rows of f32; make it with `tandem embed --out`",
           options.folder);
    real = {.rows = npy.array.shape[0], .width = npy.array.shape[1]};
    real.values = to_float(npy.array);
    return real;
  }
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator at(options.folder, error), end; !error && at != end;
       at.increment(error))
    if (at->is_regular_file(error)) paths.push_back(at->path().string());
  std::sort(paths.begin(), paths.end());
  const Model model = Model::load(options.model, options.load);
  real.width = model.embed_dim();
  model.encode_images(paths, [&](size_t, std::span<const float> row, const Error* fault) {
    if (fault) return;
    real.values.insert(real.values.end(), row.begin(), row.end());
    ++real.rows;
  });
  return real;
}

// The share of the exact ten best that are found, and the time for one query.
void bench_graph(const BenchOptions& options, const Report& report) {
  const ClusteredVectors clustered(real_embeddings(options), kWidth, kSeed);
  const TemporaryVectors vectors(options.rows, VectorFormat::f32,
                                 [&](int64_t i, float* to) { clustered.row(i, to); });
  const VectorFile file = VectorFile::open(vectors.path());
  Embeddings queries{.rows = kAsked, .width = kWidth};
  queries.values.resize(static_cast<size_t>(kAsked * kWidth));
  for (int64_t i = 0; i < kAsked; ++i) clustered.row(options.rows + i, queries.row(i).data());
  const auto exact = scan(file, queries, kBest);

  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  build_graph(file, graph_path(file));
  finish({.value = std::chrono::duration<double>(Clock::now() - start).count()}, "graph/build", "s",
         report);
  finish(measure_milliseconds(1, [&] { open_graph(file, graph_path(file)); }), "graph/open", "ms",
         report);
  const auto graph = open_graph(file, graph_path(file));
  for (const size_t effort : {64, 128, 256}) {
    int64_t hits = 0;
    const auto ask = [&](int64_t i) {
      check_interrupt();
      const auto found = graph->nearest(queries.row(i), kBest, effort);
      std::set<int64_t> rows;
      for (const auto& hit : found) rows.insert(hit.row);
      for (const auto& hit : exact[i]) hits += rows.contains(hit.row) ? 1 : 0;
    };
    for (int64_t i = 0; i < kAsked; ++i) ask(i);
    const double recall = static_cast<double>(hits) / static_cast<double>(kAsked * kBest);
    Figure figure = measure_milliseconds(options.repeats, [&] {
      for (int64_t i = 0; i < kAsked; ++i) ask(i);
    });
    figure.value /= static_cast<double>(kAsked);
    finish({.value = recall}, fmt::format("graph/effort{}/recall10", effort), "share", report);
    finish(figure, fmt::format("graph/effort{}/query", effort), "ms", report);
  }
}

}  // namespace

void bench_search(const BenchOptions& options, const Report& report) {
  const double bandwidth = read_bandwidth(thread_count());
  finish({.value = bandwidth}, fmt::format("read/threads{}", thread_count()), "GB/s", report);
  bench_scans(options, VectorFormat::f32, bandwidth, report);
  bench_scans(options, VectorFormat::int8, bandwidth, report);
  if (!options.folder.empty()) bench_graph(options, report);
}

}  // namespace tandem
