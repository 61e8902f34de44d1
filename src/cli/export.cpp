// tandem export: a run's checkpoint as a model folder with its card.

#include <fmt/core.h>

#include <map>

#include "cli/context.h"
#include "train/run_folder.h"

namespace tandem::cli {
namespace {

struct Options {
  std::string path, out, layout, dtype;
};

const std::map<std::string, Layout> kLayouts = {{"hf", Layout::hugging_face},
                                                {"open_clip", Layout::open_clip}};
const std::map<std::string, DType> kDTypes = {
    {"f32", DType::f32}, {"f16", DType::f16}, {"bf16", DType::bf16}};

void run(const Options& options, Context& context) {
  const auto checkpoint =
      export_run(options.path, options.out, kLayouts.at(options.layout), kDTypes.at(options.dtype));
  if (context.json)
    context.print({{"checkpoint", checkpoint.folder},
                   {"step", checkpoint.step},
                   {"out", options.out},
                   {"layout", options.layout},
                   {"dtype", options.dtype}});
  else
    fmt::print("{}: step {}, {} layout, {}\n", options.out, checkpoint.step, options.layout,
               options.dtype);
}

}  // namespace

void add_export(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "export", "writes a trained model as a folder with its card",
                        "tandem export runs/a clip/ --layout hf --dtype f16");
  const auto options = std::make_shared<Options>();
  verb.add_option("path", options->path, "a run (its newest checkpoint), or one of its checkpoints")
      ->required()
      ->type_name("RUN|CHECKPOINT");
  verb.add_option("out", options->out, "the folder to write; it must not exist or be empty")
      ->required()
      ->type_name("OUT");
  verb.add_option("--layout", options->layout, "which library's layout")
      ->required()
      ->check(CLI::IsMember({"hf", "open_clip"}));
  options->dtype = "f32";
  verb.add_option("--dtype", options->dtype, "the weights' type")
      ->check(CLI::IsMember({"f32", "f16", "bf16"}))
      ->capture_default_str();
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
