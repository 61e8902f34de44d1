// tandem sort: pictures into named categories.

#include <fmt/core.h>

#include "base/fail.h"
#include "cli/sort_verbs.h"
#include "sort/lint.h"
#include "sort/undo.h"
#include "zero_shot/templates.h"

namespace tandem::cli {
namespace {

struct LintOptions {
  std::string taxonomy;
  bool words_only = false, strict = false;
  double near = kNearSynonym;
};

void run_lint(const LintOptions& options, Context& context) {
  const Taxonomy taxonomy = read_taxonomy(options.taxonomy);
  auto remarks = lint_words(taxonomy);
  if (!options.words_only) {
    const Model model = context.load_model();
    const auto encode = [&](std::span<const std::string> texts) {
      return ensemble(model, texts, taxonomy.templates);
    };
    for (auto& remark : lint_meanings(taxonomy, encode, options.near))
      remarks.push_back(std::move(remark));
  }
  for (const auto& remark : remarks) {
    if (context.json)
      context.print({{"file", options.taxonomy},
                     {"line", remark.line},
                     {"rule", remark.rule},
                     {"sentence", remark.sentence}});
    else
      fmt::print("{}: line {}: {} [{}]\n", options.taxonomy, remark.line, remark.sentence,
                 remark.rule);
  }
  if (remarks.empty() && !context.json) fmt::print("{}: nothing to remark\n", options.taxonomy);
  if (options.strict && !remarks.empty())
    context.complain(fmt::format("{}: {} remarks, which --strict takes for errors; change the file",
                                 options.taxonomy, remarks.size()));
}

void add_lint(CLI::App& sort, Context& context) {
  auto& verb = add_verb(sort, "lint",
                        "reads a taxonomy for what goes wrong: near-synonyms, words that demean, "
                        "people without a neutral choice...",
                        "tandem sort lint pets.toml --model clip/");
  const auto options = std::make_shared<LintOptions>();
  verb.add_option("taxonomy", options->taxonomy, "the file")->required()->type_name("TOML");
  verb.add_flag("--words-only", options->words_only,
                "without a model, and so without near-synonyms");
  verb.add_option("--near", options->near,
                  "deviations above unrelated words from which two descriptions are near-synonyms")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  verb.add_flag("--strict", options->strict, "end with 1 where there is a remark");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run_lint(*options, context); });
}

void run_undo(const std::string& log, Context& context) {
  const UndoFigures figures =
      undo_actions(log, [&](const std::string& sentence) { context.complain(sentence); });
  if (context.json)
    context.print({{"log", log},
                   {"undone", figures.undone},
                   {"refused", figures.refused},
                   {"nothing", figures.nothing}});
  else
    fmt::print("{}: {} taken back, {} left as they are, {} had nothing to take back\n", log,
               figures.undone, figures.refused, figures.nothing);
}

void add_undo(CLI::App& sort, Context& context) {
  auto& verb = add_verb(sort, "undo", "takes back what a run did to files, the last thing first",
                        "tandem sort undo sorted/tandem-sort-20261127-084205-4711.jsonl");
  const auto log = std::make_shared<std::string>();
  verb.add_option("log", *log, "the log that the run wrote")->required()->type_name("LOG");
  add_output_flags(verb, context);
  verb.callback([log, &context] { run_undo(*log, context); });
}

}  // namespace

void add_taxonomy_flag(CLI::App& verb, SortOptions& options) {
  verb.add_option("--into", options.taxonomy, "the taxonomy (docs/sorting.md)")
      ->required()
      ->type_name("TOML");
}

void add_plain_flag(CLI::App& verb, SortOptions& options) {
  verb.add_flag("--plain", options.plain,
                "leave aside what `teach` and `calibrate` stored beside the taxonomy");
}

void add_sort(CLI::App& app, Context& context) {
  auto& sort = add_verb(app, "sort", "sorts pictures into categories in words",
                        "tandem sort run photos/ --into pets.toml --model clip/");
  sort.require_subcommand(1);
  add_sort_run(sort, context);
  add_sort_calibrate(sort, context);
  add_sort_teach(sort, context);
  add_lint(sort, context);
  add_undo(sort, context);
}

}  // namespace tandem::cli
