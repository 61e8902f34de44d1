// tandem inspect: what a checkpoint is.

#include "checkpoint/inspect.h"

#include <fmt/core.h>

#include "cli/context.h"
#include "engine/engine.h"

namespace tandem::cli {
namespace {

struct Options {
  std::string path;
  bool tensors = false;
};

void print_value(const std::string& key, const OrderedJson& value, int depth) {
  const std::string margin(static_cast<size_t>(2 * depth), ' ');
  if (value.is_object()) {
    fmt::print("{}{}:\n", margin, key);
    for (const auto& [inner, part] : value.items()) print_value(inner, part, depth + 1);
  } else if (value.is_array() && !value.empty() && (value[0].is_string() || value[0].is_object())) {
    fmt::print("{}{}:\n", margin, key);
    for (const auto& part : value)
      fmt::print("{}  {}\n", margin, part.is_string() ? part.get<std::string>() : to_line(part));
  } else {
    fmt::print("{}{}: {}\n", margin, key,
               value.is_string() ? value.get<std::string>() : to_line(value));
  }
}

void run(const Options& options, Context& context) {
  const std::string path = find_model(options.path);
  OrderedJson report = inspect(path, options.tensors, {.tokenizer = context.load.tokenizer});
  if (report["contradictions"].empty()) {
    const Model model = Model::load(path, context.load_options());
    report["fingerprint"] = {{"space", model.fingerprint().space},
                             {"recipe", OrderedJson::parse(model.fingerprint().recipe)}};
  }
  for (const auto& sentence : report["contradictions"])
    context.complain(sentence.get<std::string>());
  if (context.json) return context.print(report);
  for (const auto& [key, value] : report.items()) print_value(key, value, 0);
}

}  // namespace

void add_inspect(CLI::App& app, Context& context) {
  auto& verb =
      add_verb(app, "inspect", "says what a checkpoint is", "tandem inspect clip/ --tensors");
  const auto options = std::make_shared<Options>();
  verb.add_option("path", options->path, "a model folder or file, or a model's name")
      ->required()
      ->type_name("PATH");
  verb.add_flag("--tensors", options->tensors, "list every tensor");
  verb.add_option("--tokenizer", context.load.tokenizer,
                  "a tokenizer file, for checkpoints that carry none")
      ->type_name("FILE");
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
