// tandem eval: how good a model is at classification without training and at retrieval.

#include "eval/eval.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/context.h"
#include "cli/eval_verbs.h"
#include "cli/progress.h"
#include "search/evaluate.h"

namespace tandem::cli {
namespace {

struct Options {
  std::vector<std::string> data;
  std::string templates = "simple";
  std::string labels_file;
  bool per_class = false;
  std::string label_key = "label";
  std::vector<std::string> text_keys, image_keys;
  std::string cache;
  bool picture_queries = false, fit = false;
};

void put(OrderedJson& line, const std::string& key, const Share& share) {
  line[key] = share.value;
  line[key + "_low"] = share.low;
  line[key + "_high"] = share.high;
}

SourceConfig source_of(const std::string& path, const Options& options) {
  SourceConfig source{.path = path, .label_key = options.label_key};
  source.image_keys = options.image_keys;
  for (const auto& key : options.text_keys) source.texts.push_back({.field = key});
  return source;
}

void print_zero_shot(const std::string& data, const ZeroShotFigures& figures,
                     const Options& options, const Context& context) {
  if (context.json) {
    OrderedJson line{{"dataset", data}, {"n", figures.n}};
    put(line, "top1", figures.top1);
    put(line, "top5", figures.top5);
    put(line, "mean_per_class", figures.mean_per_class);
    line["classes"] = figures.classes.size();
    line["bad"] = figures.bad;
    line["templates"] = options.templates;
    line["model"] = context.model;
    if (options.per_class)
      for (const auto& each : figures.classes)
        line["per_class"].push_back(
            {{"label", each.label}, {"n", each.n}, {"top1", each.top1}, {"top5", each.top5}});
    return context.print(line);
  }
  fmt::print("{}\n  {} pictures of {} classes; 95% intervals in brackets\n", data, figures.n,
             figures.classes.size());
  fmt::print("  top-1           {}\n", percent(figures.top1));
  fmt::print("  top-5           {}\n", percent(figures.top5));
  fmt::print("  mean per class  {}\n", percent(figures.mean_per_class));
  if (!options.per_class) return;
  size_t width = 5;
  for (const auto& each : figures.classes) width = std::max(width, each.label.size());
  fmt::print("\n  {:<{}}  {:>6}   top-1   top-5\n", "class", width, "n");
  for (const auto& each : figures.classes)
    fmt::print("  {:<{}}  {:>6}  {:5.1f}%  {:5.1f}%\n", each.label, width, each.n, 100 * each.top1,
               100 * each.top5);
}

OrderedJson side(const RetrievalFigures& figures) {
  OrderedJson line;
  put(line, "r1", figures.r1);
  put(line, "r5", figures.r5);
  put(line, "r10", figures.r10);
  line["median_rank"] = figures.median_rank;
  return line;
}

void print_side(const char* title, const RetrievalFigures& figures) {
  fmt::print("  {}\n    R@1   {}\n    R@5   {}\n    R@10  {}\n    median rank {:g}\n", title,
             percent(figures.r1), percent(figures.r5), percent(figures.r10), figures.median_rank);
}

void print_retrieval(const std::string& data, const RetrievalEval& figures,
                     const Context& context) {
  if (context.json)
    return context.print({{"dataset", data},
                          {"images", figures.images},
                          {"texts", figures.texts},
                          {"text_to_image", side(figures.text_to_image)},
                          {"image_to_text", side(figures.image_to_text)},
                          {"bad", figures.bad},
                          {"model", context.model}});
  fmt::print("{}\n  {} pictures, {} texts; 95% intervals in brackets\n", data, figures.images,
             figures.texts);
  print_side("pictures for texts", figures.text_to_image);
  print_side("texts for pictures", figures.image_to_text);
}

void run_zero_shot(const Options& options, Context& context) {
  const auto templates = Templates::named(options.templates);
  std::vector<std::string> labels;
  if (!options.labels_file.empty()) labels = read_texts(options.labels_file);
  const Model model = context.load_model();
  for_each_data(
      options.data, options.cache, context, [&](const std::string& data, const EvalOptions& eval) {
        print_zero_shot(data,
                        eval_zero_shot(model, source_of(data, options), templates, labels, eval),
                        options, context);
      });
}

void run_retrieval(const Options& options, Context& context) {
  const Model model = context.load_model();
  for_each_data(
      options.data, options.cache, context, [&](const std::string& data, const EvalOptions& eval) {
        print_retrieval(data, eval_retrieval(model, source_of(data, options), eval), context);
      });
}

void print_search(const std::string& data, const SearchEval& eval, const Context& context) {
  const SearchFigures figures = figures_at(eval.verdicts, kGoodMatch);
  const auto share = [](int64_t part, int64_t rest) {
    const auto all = static_cast<double>(part + rest);
    return wilson(all > 0 ? static_cast<double>(part) / all : 0, all);
  };
  const Share precision = share(figures.found, figures.false_alarms);
  const Share recall = share(figures.found, figures.missed);
  const Share refused = share(figures.refused, figures.false_alarms);
  int64_t present = 0, right = 0;
  for (const auto& verdict : eval.verdicts) {
    present += verdict.present;
    right += verdict.right;
  }
  const Share first = share(right, present - right);
  const double apart = separation(eval.verdicts);
  if (context.json) {
    OrderedJson line{{"dataset", data}, {"images", eval.images}, {"queries", eval.verdicts.size()}};
    put(line, "precision", precision);
    put(line, "recall", recall);
    put(line, "refused_where_none", refused);
    put(line, "r1", first);
    line["separation"] = apart;
    line["bad"] = eval.bad;
    line["model"] = context.model;
    return context.print(line);
  }
  fmt::print("{}\n  {} pictures, {} queries, {} of them with a match\n", data, eval.images,
             eval.verdicts.size(), present);
  fmt::print("  \"there is one\"\n    precision  {}\n    recall     {}\n", percent(precision),
             percent(recall));
  fmt::print("  \"no good match\", where there is none  {}\n", percent(refused));
  fmt::print("  the first is right, where there is one {}\n", percent(first));
  fmt::print("  separation {:.3f} (0.5 is chance)\n", apart);
}

void run_search(const Options& options, Context& context) {
  const Model model = context.load_model();
  std::vector<JudgedMatch> pairs;
  for_each_data(options.data, options.cache, context,
                [&](const std::string& data, const EvalOptions& eval) {
                  const SearchEval result = eval_search(model, source_of(data, options),
                                                        {.cache = options.cache,
                                                         .pictures = options.picture_queries,
                                                         .on_bad = eval.on_bad,
                                                         .progress = eval.progress});
                  pairs.insert(pairs.end(), result.pairs.begin(), result.pairs.end());
                  print_search(data, result, context);
                });
  if (!options.fit || pairs.empty()) return;
  const MatchLink link = fit_link(pairs);
  if (context.json)
    return context.print({{"bias", link.bias},
                          {"of_query", link.of_query},
                          {"of_picture", link.of_picture},
                          {"pairs", pairs.size()}});
  fmt::print("link of {} pairs: {{{:.3f}, {:.3f}, {:.3f}}}\n", pairs.size(), link.bias,
             link.of_query, link.of_picture);
}

void add_data_flags(CLI::App& verb, Options& options, Context& context) {
  verb.add_option("data", options.data,
                  "WebDataset tars (one, a glob or a {0000..0007} range in quotes), a .csv, .tsv "
                  "or .jsonl file, or a folder")
      ->required()
      ->type_name("DATA...");
  verb.add_option("--image-key", options.image_keys,
                  "where the picture is: file endings in tars, a column or key elsewhere; by "
                  "default whatever Tandem decodes");
  verb.add_option("--cache", options.cache,
                  "where the places of samples in tars are kept; by default the user's cache "
                  "folder")
      ->type_name("DIR");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
}

void add_zero_shot(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "zeroshot",
                        "classifies pictures among the data's labels: top-1, top-5, mean per class",
                        "tandem eval zeroshot test.tar --model clip/ --templates openai7");
  const auto options = std::make_shared<Options>();
  add_data_flags(verb, *options, context);
  verb.add_option("--templates", options->templates,
                  "none, simple, openai7, openai80, or a file with one template a line")
      ->capture_default_str();
  verb.add_option("--labels-file", options->labels_file,
                  "the labels to choose from, one a line, where they are not those of the data; "
                  "data may name a line by its number from 0")
      ->type_name("F");
  verb.add_option("--label-key", options->label_key, "the JSON field or column of the label")
      ->capture_default_str();
  verb.add_flag("--per-class", options->per_class, "also the figures of each label");
  verb.callback([options, &context] { run_zero_shot(*options, context); });
}

void add_retrieval(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "retrieval",
                        "finds pictures by their texts and texts by their pictures: recall at 1, "
                        "5 and 10, median rank",
                        "tandem eval retrieval captions.tar --model clip/ --json");
  const auto options = std::make_shared<Options>();
  add_data_flags(verb, *options, context);
  verb.add_option("--text-key", options->text_keys,
                  "where the texts are: a file's ending, JSON field or column (\"caption\", "
                  "\"text[0]\"); by default txt, text, caption and captions");
  verb.callback([options, &context] { run_retrieval(*options, context); });
}

void add_search_eval(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "search",
                        "how often \"there is one\" and \"no good match\" are right, with the "
                        "matches of half of the queries taken out",
                        "tandem eval search captions.tar --model clip/");
  const auto options = std::make_shared<Options>();
  add_data_flags(verb, *options, context);
  verb.add_option("--text-key", options->text_keys,
                  "where the texts are: a file's ending, JSON field or column; by default txt, "
                  "text, caption and captions");
  verb.add_flag("--pictures", options->picture_queries,
                "ask by pictures: what fits are others with the same text");
  verb.add_flag("--fit", options->fit,
                "also print the constants of confidence that fit all of the data best");
  verb.callback([options, &context] { run_search(*options, context); });
}

}  // namespace

std::string percent(const Share& share) {
  return fmt::format("{:5.1f}%  ({:.1f} to {:.1f})", 100 * share.value, 100 * share.low,
                     100 * share.high);
}

void for_each_data(const std::vector<std::string>& data, const std::string& cache, Context& context,
                   const MeasureData& measure) {
  for (const auto& each : data) {
    std::unique_ptr<Progress> progress;
    int64_t before = 0;
    EvalOptions eval{.cache = cache};
    eval.on_bad = [&](const std::string& sentence) { context.complain(sentence); };
    eval.progress = [&](int64_t done, int64_t total) {
      if (!progress) progress = std::make_unique<Progress>(total, "pictures", !context.quiet);
      progress->advance(done - before);
      before = done;
      if (done == total) progress.reset();  // results get lines of their own
    };
    try {
      measure(each, eval);
    } catch (const Error& error) {
      context.complain(error.what());
    }
  }
}

void add_eval(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "eval", "measures a model on labelled or captioned pictures",
                        "tandem eval zeroshot test.tar --model clip/");
  verb.require_subcommand(1);
  add_zero_shot(verb, context);
  add_retrieval(verb, context);
  add_eval_illustrate(verb, context);
  add_search_eval(verb, context);
}

}  // namespace tandem::cli
