#include "bench/bench.h"

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/fail.h"
#include "base/files.h"
#include "base/thread_pool.h"
#include "bench/flops.h"
#include "bench/measure.h"
#include "bench/peak.h"
#include "bench/search_bench.h"
#include "engine/engine.h"
#include "image/decode.h"
#include "image/preprocess.h"
#include "train/trainer.h"
#include "zero_shot/imagenet_classes.h"
#include "zero_shot/templates.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using Report = std::function<void(const Figure&)>;

// A picture with edges, gradients and grain: noise alone or a plain colour would
// flatter or punish decoders.
RgbImage drawn_picture(int width, int height, uint32_t seed) {
  RgbImage image{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 3)};
  uint32_t state = seed * 2654435761u + 1;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      state = state * 1664525u + 1013904223u;
      const int grain = static_cast<int>(state >> 28);
      const bool inside = (x / 97 + y / 61 + static_cast<int>(seed)) % 3 == 0;
      uint8_t* pixel = image.pixels.data() + 3 * (static_cast<size_t>(y) * width + x);
      pixel[0] = static_cast<uint8_t>(std::min(255, 200 * x / width + grain + (inside ? 30 : 0)));
      pixel[1] = static_cast<uint8_t>(std::min(255, 200 * y / height + grain));
      pixel[2] = static_cast<uint8_t>(std::min(255, (inside ? 160 : 40) + grain));
    }
  return image;
}

std::unique_ptr<Engine> open_engine(const BenchOptions& options) {
  return std::make_unique<Engine>(open_model(options.model, {.tokenizer = options.load.tokenizer}),
                                  options.load);
}

void finish(Figure figure, const std::string& name, const BenchOptions& options, const char* unit,
            const Report& report) {
  figure.bench = name;
  figure.model = options.model;
  figure.unit = unit;
  report(figure);
}

void bench_peak(const BenchOptions& options, const Report& report) {
  for (const int threads : {1, thread_count()}) {
    finish({.value = peak_gflops(threads)}, fmt::format("peak/fma/threads{}", threads), options,
           "GFLOP/s", report);
    finish({.value = read_bandwidth(threads)}, fmt::format("peak/read/threads{}", threads), options,
           "GB/s", report);
    if (thread_count() == 1) return;
  }
}

void bench_image(const BenchOptions& options, const Report& report) {
  const auto engine = open_engine(options);
  const auto& config = engine->checkpoint().config;
  const auto [height, width] = config.image_size();
  const double peak = peak_gflops(thread_count());
  for (const int batch : {32, 1}) {
    std::vector<RgbImage> pictures;
    for (int i = 0; i < batch; ++i)
      pictures.push_back(drawn_picture(width, height, static_cast<uint32_t>(i)));
    Figure figure =
        measure_rate(options.repeats, batch, [&] { engine->encode_pictures(pictures); });
    figure.share_of_peak = figure.value * image_flops(config) / 1e9 / peak;
    finish(figure, fmt::format("image/batch{}", batch), options, "pictures/s", report);
  }
}

// ImageNet prompts where there is a tokenizer; else rows of as many ids as these have.
std::vector<int32_t> natural_rows(const Engine& engine, int texts) {
  const auto& config = *engine.checkpoint().config.text;
  if (engine.has_tokenizer()) {
    std::vector<std::string> prompts;
    for (const char* name : imagenet_classes())
      if (static_cast<int>(prompts.size()) < texts)
        prompts.push_back(fmt::format("a photo of a {}.", name));
    return engine.padded_rows(prompts);
  }
  std::vector<int32_t> rows(static_cast<size_t>(texts) * config.context_length);
  for (int text = 0; text < texts; ++text) {
    int32_t* row = rows.data() + static_cast<int64_t>(text) * config.context_length;
    const int length = std::min(config.context_length, 8 + text % 5);
    for (int i = 0; i < length; ++i)  // "a photo of a" and a name
      row[i] = 1 + (i < 5 ? i : text * 31 + i * 17) % (config.vocab_size - 2);
    row[length - 1] = config.vocab_size - 1;
  }
  return rows;
}

void bench_text(const BenchOptions& options, const Report& report) {
  const auto engine = open_engine(options);
  const auto& config = engine->checkpoint().config;
  constexpr int kTexts = 64;
  const auto rows = natural_rows(*engine, kTexts);
  const double peak = peak_gflops(thread_count());
  for (const auto& [name, kind] : {std::pair{"padded", TextRows::padded},
                                   {"packed", TextRows::packed},
                                   {"trie", TextRows::trie}}) {
    int64_t computed = 0;
    engine->encode_tokens(rows, kind, Output::embeddings, &computed);
    Figure figure = measure_rate(options.repeats, kTexts,
                                 [&, kind = kind] { engine->encode_tokens(rows, kind); });
    const double length = kind == TextRows::padded ? config.text->context_length
                                                   : static_cast<double>(computed) / kTexts;
    figure.share_of_peak =
        figure.value / kTexts *
        text_flops(*config.text, config.embed_dim, static_cast<double>(computed), length, kTexts) /
        1e9 / peak;
    finish(figure, std::string("text/") + name, options, "texts/s", report);
  }
  const auto one = std::span(rows).first(static_cast<size_t>(config.text->context_length));
  finish(measure_milliseconds(options.repeats, [&] { engine->encode_tokens(one); }), "text/one",
         options, "ms", report);
}

void bench_zeroshot(const BenchOptions& options, const Report& report) {
  const auto engine = open_engine(options);
  const auto& config = *engine->checkpoint().config.text;
  const auto templates = Templates::named("openai80");
  const auto names = imagenet_classes();
  const std::vector<std::string> labels(names.begin(), names.end());
  const auto padded = engine->padded_rows(fill(labels, templates));

  const auto rows = [&](const char* name, double count) {
    finish({.value = count}, std::string("zeroshot/rows/") + name, options, "rows", report);
  };
  rows("padded", static_cast<double>(padded.size()));
  const auto length = static_cast<size_t>(config.context_length);
  double packed = 0;
  for (size_t begin = 0; begin < padded.size(); begin += length)
    packed +=
        static_cast<double>(pooled_position(std::span(padded).subspan(begin, length), config) + 1);
  rows("to_end_token",
       best_rows(config) == TextRows::padded ? static_cast<double>(padded.size()) : packed);
  rows("trie", static_cast<double>(engine->rows_to_compute(padded, TextRows::trie)));

  const size_t timed = static_cast<size_t>(options.classes) * templates.texts.size() * length;
  const auto part = std::span(padded).first(std::min(timed, padded.size()));
  const double texts = static_cast<double>(part.size() / length);
  for (const auto& [name, kind] : {std::pair{"padded", TextRows::padded}, {"trie", TextRows::trie}})
    finish(measure_rate(1, texts, [&, kind = kind] { engine->encode_tokens(part, kind); }),
           std::string("zeroshot/") + name, options, "prompts/s", report);
}

void bench_preprocess(const BenchOptions& options, const Report& report) {
  const RgbImage drawn = drawn_picture(4000, 3000, 7);
  const Image image{
      .mode = Mode::rgb, .width = drawn.width, .height = drawn.height, .pixels = drawn.pixels};
  const int threads = thread_count();
  set_thread_count(1);
  finish(measure_milliseconds(options.repeats, [&] { preprocess(image, {}, "drawn"); }),
         "preprocess/12MP", options, "ms", report);
  set_thread_count(threads);
}

void bench_folder(const BenchOptions& options, const Report& report) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(options.folder, error))
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  if (paths.empty())
    fail(ErrorKind::bad_input, "{}: holds no files; name a folder of pictures", options.folder);
  std::sort(paths.begin(), paths.end());
  const auto engine = open_engine(options);
  int64_t done = 0;
  const auto encode = [&] {
    done = 0;
    engine->encode_files(
        paths, Output::embeddings,
        [&](size_t, std::span<const float>, const Error* error) { done += !error; });
  };
  encode();
  finish(measure_rate(options.repeats, static_cast<double>(done), encode), "folder", options,
         "pictures/s", report);
}

// A process of our own from its start to its end, with its output thrown away.
void run_program(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(127);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
      WEXITSTATUS(status) != 0)
    fail(ErrorKind::io, "{}: did not run to its end; check that it can be started", arguments[0]);
}

void bench_start(const BenchOptions& options, const Report& report) {
  const fs::path picture =
      fs::temp_directory_path() / fmt::format("tandem-bench-{}.png", ::getpid());
  const auto png = encode_png(drawn_picture(224, 224, 1));
  write_file(picture, {reinterpret_cast<const char*>(png.data()), png.size()});
  const std::vector<std::string> arguments = {options.program, "embed",       picture.string(),
                                              "--model",       options.model, "--quiet"};
  finish(measure_milliseconds(options.repeats, [&] { run_program(arguments); }),
         "start/first_embedding", options, "ms", report);
  fs::remove(picture);
}

// Training steps with each saving on and off, beside the plain padded loop on the same libtorch.
void bench_train(const BenchOptions& options, const Report& report) {
  const std::string random = "random:";
  StepBench bench{.architecture = options.model.starts_with(random)
                                      ? options.model.substr(random.size())
                                      : options.model,
                  .batch_size = options.batch,
                  .repeats = options.repeats};
  bench_training(bench, [&](const StepTiming& timing) {
    Figure figure{
        .value = timing.pairs_per_second, .repeats = timing.repeats, .spread = timing.spread};
    finish(figure, "train/" + timing.name, options, "pairs/s", report);
    figure.value = static_cast<double>(timing.peak_bytes) / (1 << 20);
    figure.spread = 0;
    finish(figure, "train/" + timing.name + ", memory", options, "MiB", report);
  });
}

const std::map<std::string, void (*)(const BenchOptions&, const Report&)> kBenches = {
    {"peak", bench_peak},         {"image", bench_image},           {"text", bench_text},
    {"zeroshot", bench_zeroshot}, {"preprocess", bench_preprocess}, {"folder", bench_folder},
    {"start", bench_start},       {"train", bench_train},           {"search", bench_search}};

}  // namespace

std::vector<std::string> bench_names() {
  return {"peak", "image", "text", "zeroshot", "folder", "preprocess", "start", "train", "search"};
}

void run_bench(const std::string& name, const BenchOptions& options, const Report& report) {
  const auto bench = kBenches.find(name);
  if (bench == kBenches.end())
    fail(ErrorKind::bad_input,
         "there is no bench \"{}\"; choose peak, image, text, zeroshot, folder, preprocess, start, "
         "train or search",
         name);
  bench->second(options, report);
}

}  // namespace tandem
