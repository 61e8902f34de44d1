// tandem convert: rewrites a checkpoint as a model folder.

#include <fmt/core.h>

#include <map>

#include "base/fail.h"
#include "checkpoint/checkpoint.h"
#include "cli/context.h"
#include "engine/engine.h"

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
  const Checkpoint checkpoint = open_model(options.path, {.tokenizer = context.load.tokenizer});
  for (const auto& rule : checkpoint.rules) context.remark(rule);
  if (options.dtype == "int8")
    fail(ErrorKind::unsupported, "--dtype int8 is not there yet; choose f32, f16 or bf16");
  std::optional<DType> dtype;
  if (!options.dtype.empty()) dtype = kDTypes.at(options.dtype);
  write_checkpoint(checkpoint, options.out, kLayouts.at(options.layout), dtype);
  const std::string written = options.dtype.empty() ? checkpoint.weights_dtype : name_of(*dtype);
  if (context.json)
    context.print({{"path", options.path},
                   {"out", options.out},
                   {"layout", options.layout},
                   {"dtype", written},
                   {"tensors", checkpoint.weights.tensors.size()}});
  else
    fmt::print("{}: {} layout, {}\n", options.out, options.layout, written);
}

}  // namespace

void add_convert(CLI::App& app, Context& context) {
  auto& verb = add_verb(
      app, "convert", "rewrites a checkpoint as a model folder",
      "tandem convert ViT-B-32.pt clip/ --layout hf --tokenizer bpe_simple_vocab_16e6.txt.gz");
  const auto options = std::make_shared<Options>();
  verb.add_option("path", options->path, "a model folder or file, or a model's name")
      ->required()
      ->type_name("PATH");
  verb.add_option("out", options->out, "the folder to write; it must not exist or be empty")
      ->required()
      ->type_name("OUT");
  verb.add_option("--layout", options->layout, "which library's layout")
      ->required()
      ->check(CLI::IsMember({"hf", "open_clip"}));
  verb.add_option("--dtype", options->dtype,
                  "f32, f16 or bf16; without it every tensor keeps its type")
      ->check(CLI::IsMember({"f32", "f16", "bf16", "int8"}));
  verb.add_option("--tokenizer", context.load.tokenizer,
                  "a tokenizer file, for checkpoints that carry none")
      ->type_name("FILE");
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
