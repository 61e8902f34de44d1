// tandem classify: which of the labels fits each picture.

#include <fmt/core.h>

#include <sstream>

#include "base/fail.h"
#include "cli/checks.h"
#include "cli/context.h"

namespace tandem::cli {
namespace {

constexpr int kBarWidth = 24;

struct Options {
  std::vector<std::string> pictures;
  std::string labels, labels_file;
  std::string templates = "simple";
  size_t top_k = 5;
  bool none_of_these = false;
  std::string bars = "auto";
};

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<std::string> read_labels(const Options& options) {
  if (!options.labels_file.empty()) return read_texts(options.labels_file);
  std::vector<std::string> labels;
  std::istringstream parts(options.labels);
  for (std::string part; std::getline(parts, part, ',');)
    if (const auto label = trimmed(part); !label.empty()) labels.push_back(label);
  return labels;
}

void print_table(const std::string& path, const Classifier& classifier,
                 const std::vector<Answer>& answers, bool none, bool with_bars) {
  fmt::print("{}\n", printable(path));
  size_t width = 0;
  for (const auto& answer : answers)
    width = std::max(width, classifier.labels()[answer.label].size());
  if (none) fmt::print("  none of these\n");
  for (const auto& answer : answers)
    fmt::print("  {:<{}}  {:5.1f}%  {}\n", classifier.labels()[answer.label], width,
               100 * answer.probability, with_bars ? bar(answer.probability, kBarWidth) : "");
}

void print_json(const std::string& path, const Model& model, const Classifier& classifier,
                const std::vector<Answer>& answers, const bool* none, const Context& context) {
  OrderedJson line{{"image", path}, {"labels", OrderedJson::array()}, {"model", model.path()}};
  for (const auto& answer : answers)
    line["labels"].push_back({{"label", classifier.labels()[answer.label]},
                              {"probability", answer.probability},
                              {"logit", answer.logit}});
  if (none) line["none_of_these"] = *none;
  context.print(line);
}

void run(const Options& options, Context& context) {
  const auto labels = read_labels(options);
  if (labels.empty())
    fail(ErrorKind::bad_input, "there are no labels; give --labels \"cat,dog\" or --labels-file F");
  const auto templates = Templates::named(options.templates);
  const auto pictures = collect_pictures(options.pictures, context);
  const Model model = context.load_model();
  const Classifier classifier(model, labels, templates);
  const bool with_bars = options.bars == "always" || (options.bars == "auto" && on_terminal());
  encode_each(model, pictures, true, context,
              [&](const std::string& path, std::span<const float> embedding, const Error* error) {
                if (error) {
                  if (context.json) context.print({{"image", path}, {"error", error->what()}});
                  return;
                }
                auto answers = classifier.classify(embedding);
                answers.resize(std::min(answers.size(), options.top_k));
                const bool none = options.none_of_these && classifier.none_of_these(embedding);
                if (context.json)
                  print_json(path, model, classifier, answers,
                             options.none_of_these ? &none : nullptr, context);
                else
                  print_table(path, classifier, answers, none, with_bars);
              });
}

}  // namespace

void add_classify(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "classify", "says which of the labels fits each picture",
                        "tandem classify photos/ --labels \"a cat,a dog,a bicycle\" --model clip/");
  const auto options = std::make_shared<Options>();
  verb.add_option("pictures", options->pictures, "picture files, folders, or - for standard input")
      ->required()
      ->type_name("IMAGE|DIR...");
  auto* labels = verb.add_option("--labels", options->labels, "labels with commas between them");
  auto* file =
      verb.add_option("--labels-file", options->labels_file, "a file with one label a line");
  labels->excludes(file);
  verb.add_option("--templates", options->templates,
                  "none, simple, openai7, openai80, or a file with one template a line")
      ->capture_default_str();
  verb.add_option("--top-k", options->top_k, "labels shown for each picture")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_flag("--none-of-these", options->none_of_these,
                "say so where words that name nothing fit better than every label");
  verb.add_option("--bars", options->bars, "a bar beside each label; auto: on a terminal")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] {
    if (options->labels.empty() && options->labels_file.empty())
      throw CLI::RequiredError("--labels or --labels-file");
    run(*options, context);
  });
}

}  // namespace tandem::cli
