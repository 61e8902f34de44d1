// tandem eval illustrate: figures for texts that speak of them, and none where they are missing.

#include <fmt/core.h>

#include "cli/checks.h"
#include "cli/context.h"
#include "cli/eval_verbs.h"
#include "illustrate/evaluate.h"

namespace tandem::cli {
namespace {

struct Options {
  std::vector<std::string> data;
  std::string origins, cache;
  std::vector<std::string> sources;
  size_t text = 2;
  double min_confidence = 0.5;
  bool rules = false, fit = false, no_names = false;
};

OrderedJson share(const Share& share) {
  return {{"value", share.value}, {"low", share.low}, {"high", share.high}};
}

OrderedJson retrieval(const FigureRetrieval& figures) {
  return {{"n", figures.n}, {"r1", share(figures.r1)}, {"r5", share(figures.r5)}};
}

void print_row(const char* title, const FigureRetrieval& figures) {
  if (figures.n > 0)
    fmt::print("  {:<12} R@1 {}   R@5 {}\n", title, percent(figures.r1), percent(figures.r5));
}

void print_figures(const std::string& data, const IllustrateEval& figures, const Options& options,
                   const Context& context) {
  const NoneFigures& none = figures.none;
  if (context.json)
    return context.print({{"dataset", data},
                          {"text", options.text},
                          {"clip", retrieval(figures.clip)},
                          {"file_names", retrieval(figures.file_names)},
                          {"both", retrieval(figures.both)},
                          {"chance", retrieval(figures.chance)},
                          {"none",
                           {{"n", none.n},
                            {"pictures", none.pictures},
                            {"min_confidence", options.min_confidence},
                            {"right", share(none.right)},
                            {"wrong", share(none.wrong)},
                            {"none_right", share(none.none_right)},
                            {"precision", share(none.precision)},
                            {"expected", none.expected},
                            {"separation", none.separation}}},
                          {"model", context.model}});
  fmt::print("{}, text {}: {} texts; 95% intervals in brackets\n", data, options.text,
             figures.clip.n);
  print_row("model", figures.clip);
  print_row("file names", figures.file_names);
  print_row("both", figures.both);
  print_row("chance", figures.chance);
  fmt::print("  each text beside about {} pictures, once with its figure and once without\n",
             none.pictures);
  fmt::print("    there: its own     {}\n", percent(none.right));
  fmt::print("    there: another     {}\n", percent(none.wrong));
  fmt::print("    missing: none      {}\n", percent(none.none_right));
  fmt::print("    placed: its own    {}, {:.1f}% expected\n", percent(none.precision),
             100 * none.expected);
  fmt::print("    more confident where it is there: {:.1f}%\n", 100 * none.separation);
}

void print_rules(const Model& model, const FigurePairs& pairs, const Options& options,
                 const Context& context) {
  using Cut = PassageRule::Cut;
  using Title = PassageRule::Context;
  const std::pair<const char*, Cut> cuts[] = {{"whole", Cut::whole},
                                              {"sentences", Cut::sentences},
                                              {"both", Cut::both},
                                              {"best", Cut::best}};
  const std::tuple<const char*, Title, double> titles[] = {{"none", Title::none, 0},
                                                           {"prefix", Title::prefix, 0},
                                                           {"mixed 0.1", Title::mixed, 0.1},
                                                           {"mixed 0.25", Title::mixed, 0.25},
                                                           {"mixed 0.5", Title::mixed, 0.5}};
  for (const auto& [cut_name, cut] : cuts)
    for (const auto& [title_name, title, weight] : titles) {
      const auto figures = eval_rule(model, pairs, options.text - 1,
                                     {.cut = cut, .context = title, .context_weight = weight});
      if (context.json)
        context.print({{"cut", cut_name},
                       {"titles", title_name},
                       {"n", figures.n},
                       {"r1", share(figures.r1)},
                       {"r5", share(figures.r5)}});
      else
        fmt::print("  {:<10} {:<11} R@1 {}   R@5 {}\n", cut_name, title_name, percent(figures.r1),
                   percent(figures.r5));
    }
}

void print_link(const char* name, const FitLink& link, const Context& context) {
  if (context.json)
    context.print({{"pictures", name},
                   {"bias", link.bias},
                   {"of_z", link.of_z},
                   {"of_picture", link.of_picture},
                   {"of_margin", link.of_margin},
                   {"of_number", link.of_number},
                   {"of_name", link.of_name},
                   {"of_name_lead", link.of_name_lead}});
  else
    fmt::print(
        "  {:<6} bias {:.3f}, of_z {:.3f}, of_picture {:.3f}, of_margin {:.3f}, of_number {:.3f}, "
        "of_name {:.3f}, of_name_lead {:.3f}\n",
        name, link.bias, link.of_z, link.of_picture, link.of_margin, link.of_number, link.of_name,
        link.of_name_lead);
}

void print_links(const FitLinks& links, const Context& context) {
  print_link("plain", links.plain, context);
  print_link("named", links.named, context);
}

void measure(const std::string& data, const Model& model, const FigurePairs& pairs,
             const Options& options, const Context& context) {
  if (options.rules) return print_rules(model, pairs, options, context);
  if (options.fit) return print_links(fit_links(model, pairs, {}), context);
  print_figures(
      data,
      eval_illustrate(model, pairs, options.text - 1,
                      {.min_confidence = options.min_confidence, .names = !options.no_names}),
      options, context);
}

void run(const Options& options, Context& context) {
  const Model model = context.load_model();
  for_each_data(options.data, options.cache, context,
                [&](const std::string& data, const EvalOptions& eval) {
                  SourceConfig source{.path = data};
                  if (!options.sources.empty()) source.where["source"] = options.sources;
                  measure(data, model, read_figure_pairs(model, source, options.origins, eval),
                          options, context);
                });
}

}  // namespace

void add_eval_illustrate(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "illustrate",
                        "finds figures for texts that speak of them, and none where they are "
                        "missing",
                        "tandem eval illustrate figures.tar --model clip/ --origins origins.tsv");
  const auto options = std::make_shared<Options>();
  verb.add_option("data", options->data, "figures with texts, as eval retrieval takes them")
      ->required()
      ->type_name("DATA...");
  verb.add_option("--text", options->text, "which of a figure's texts asks for it, from 1")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb.add_option("--origins", options->origins,
                  "a table with the columns key and origin (BOOK/FILE): file names to compare "
                  "with, titles of books as headings")
      ->type_name("F");
  verb.add_option("--source", options->sources,
                  "only samples whose field source says so; several are several --source")
      ->allow_extra_args(false);
  verb.add_option("--min-confidence", options->min_confidence, "as in illustrate")
      ->check(from_0_to_1())
      ->capture_default_str();
  verb.add_flag("--no-names", options->no_names, "as in illustrate");
  verb.add_flag("--rules", options->rules, "compares the ways to cut texts and to add titles");
  verb.add_flag("--fit", options->fit, "fits the calibration's constants to these data")
      ->excludes("--rules");
  verb.add_option("--cache", options->cache, "where the places of samples in tars are kept")
      ->type_name("DIR");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
