// tandem bench: measured figures beside the machine's own limits.

#include "bench/bench.h"

#include <fmt/core.h>

#include <filesystem>

#include "base/thread_pool.h"
#include "cli/context.h"

namespace tandem::cli {
namespace {

void print_figure(const Figure& figure, const Context& context) {
  if (context.json) {
    context.print({{"bench", figure.bench},
                   {"model", figure.model},
                   {"value", figure.value},
                   {"unit", figure.unit},
                   {"share_of_peak",
                    figure.share_of_peak < 0 ? OrderedJson() : OrderedJson(figure.share_of_peak)},
                   {"repeats", figure.repeats},
                   {"spread", figure.spread},
                   {"threads", thread_count()}});
    return;
  }
  const std::string share =
      figure.share_of_peak < 0 ? "" : fmt::format("  {:.0f}% of peak", 100 * figure.share_of_peak);
  const std::string spread = figure.repeats < 2 ? ""
                                                : fmt::format("  (median of {}, spread {:.0f}%)",
                                                              figure.repeats, 100 * figure.spread);
  fmt::print("{:<26} {:>14.2f} {}{}{}\n", figure.bench, figure.value, figure.unit, share, spread);
}

void run(const std::string& name, const BenchOptions& options, Context& context) {
  const auto report = [&](const Figure& figure) {
    print_figure(figure, context);
    std::fflush(stdout);
  };
  if (name != "all") return run_bench(name, options, report);
  for (const auto& each : bench_names()) {
    if (each == "folder" && options.folder.empty()) continue;
    // Minutes, and libtorch or gigabytes of room: asked for by name.
    if (each == "train" || each == "search") continue;
    try {
      run_bench(each, options, report);
    } catch (const Error& error) {
      context.complain(each + ": " + error.what());
    }
  }
}

}  // namespace

void add_bench(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "bench", "measures figures beside the machine's own limits",
                        "tandem bench image --model random:ViT-B/32");
  struct Options {
    std::string name = "all";
    BenchOptions bench;
  };
  const auto options = std::make_shared<Options>();
  verb.add_option("name", options->name,
                  "peak, image, text, zeroshot, folder, preprocess, start, train, search or all")
      ->check(CLI::IsMember({"peak", "image", "text", "zeroshot", "folder", "preprocess", "start",
                             "train", "search", "all"}))
      ->capture_default_str();
  verb.add_option("folder", options->bench.folder,
                  "bench folder: a folder of pictures; bench search: one, or embeddings as .npy")
      ->type_name("DIR");
  verb.add_option("--repeats", options->bench.repeats, "measured runs of each figure")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb.add_option("--classes", options->bench.classes,
                  "bench zeroshot: how many of the 1,000 names are timed")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb.add_option("--rows", options->bench.rows, "bench search: vectors of 512 numbers")
      ->check(CLI::Range(1000, 100'000'000))
      ->capture_default_str();
  verb.add_option("--batch", options->bench.batch, "bench train: pairs a step")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] {
    auto& bench = options->bench;
    // Training steps take long: a small model, unless another is asked for.
    const char* usual = options->name == "train" ? "random:ViT-S-16-112" : "random:ViT-B/32";
    bench.model = context.model.empty() ? usual : context.model;
    bench.load = context.load_options();
    bench.program = std::filesystem::read_symlink("/proc/self/exe").string();
    if (options->name == "folder" && bench.folder.empty()) throw CLI::RequiredError("folder");
    run(options->name, bench, context);
  });
}

}  // namespace tandem::cli
