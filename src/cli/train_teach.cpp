// tandem train teach: a teacher's embeddings beside the data, for distillation.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "cli/train_verbs.h"
#include "data/teacher_store.h"
#include "engine/engine.h"

namespace tandem::cli {
namespace {

struct Options {
  std::string config, out;
  int views = 8;
};

Teacher teacher_of(const Model& model) {
  const Engine& engine = model.engine();
  const auto copy = [](const Embeddings& rows, float* out) {
    std::copy(rows.values.begin(), rows.values.end(), out);
  };
  return {.fingerprint = model.fingerprint().space,
          .width = model.embed_dim(),
          .logit_scale = model.logit_scale(),
          .preprocess = engine.checkpoint().preprocess,
          .encode_pictures = [&engine, copy](
                                 std::span<const RgbImage> pictures,
                                 float* out) { copy(engine.encode_pictures(pictures), out); },
          .encode_texts = [&engine, copy](std::span<const std::string> texts,
                                          float* out) { copy(engine.encode_texts(texts), out); }};
}

void run(const Options& options, Context& context) {
  const RunConfig config = read_training_config(options.config, {});
  if (config.data.train.empty())
    fail(ErrorKind::bad_input, "{}: names no [[data.train]]; there is nothing to teach from",
         options.config);
  const Model model = context.load_model();
  const Dataset dataset(config.data.train, {.cache = config.data.cache});
  const auto begin = std::chrono::steady_clock::now();
  const auto progress = [&](int64_t done, int64_t total) {
    check_interrupt();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (done > 0) context.remark(progress_line(done, total, "samples", seconds.count()));
  };
  write_teacher_store(options.out, dataset, teacher_of(model), config.data.augmentation,
                      options.views, config.seed, progress);
  if (context.json)
    context.print({{"out", options.out}, {"samples", dataset.size()}, {"views", options.views}});
  else
    fmt::print("{}\n", options.out);
}

}  // namespace

void add_train_teach(CLI::App& train, Context& context) {
  auto& verb =
      add_verb(train, "teach", "stores a teacher's embeddings of a run's data, for loss.teacher",
               "tandem train teach --config run.toml --model clip/ --out taught");
  const auto options = std::make_shared<Options>();
  verb.add_option("--config", options->config,
                  "the run's file: its [[data.train]], augmentation, seed")
      ->required()
      ->type_name("FILE");
  verb.add_option("--out", options->out, "the folder; one that is half done is gone on with")
      ->required()
      ->type_name("DIR");
  verb.add_option("--views", options->views, "augmented pictures of each sample")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
