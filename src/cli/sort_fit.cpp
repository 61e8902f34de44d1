// tandem sort teach and calibrate: what a few labelled pictures are good for.

#include <fmt/core.h>

#include <algorithm>

#include "base/fail.h"
#include "cli/checks.h"
#include "cli/sort_verbs.h"
#include "sort/fit.h"

namespace tandem::cli {
namespace {

struct FitOptions {
  SortOptions sort;
  std::string labelled, out;
  CalibrationOptions calibration;
};

struct LabelledEmbeddings {
  std::vector<LabelledPicture> pictures;
  Embeddings embeddings;
};

// Pictures that cannot be read are complained about and left out.
LabelledEmbeddings encode_labelled(const std::string& path, const Taxonomy& taxonomy,
                                   const Model& model, Context& context) {
  const LabelledSet set = read_labelled(path, taxonomy);
  for (const auto& remark : set.remarks) context.remark(remark);
  std::vector<std::string> paths;
  for (const auto& picture : set.pictures) paths.push_back(picture.path);
  LabelledEmbeddings result{.pictures = {}, .embeddings = {.width = model.embed_dim()}};
  size_t at = 0;
  encode_each(model, paths, true, context,
              [&](const std::string&, std::span<const float> embedding, const Error* error) {
                const LabelledPicture& picture = set.pictures[at++];
                if (error) return;
                result.pictures.push_back(picture);
                result.embeddings.values.insert(result.embeddings.values.end(), embedding.begin(),
                                                embedding.end());
                ++result.embeddings.rows;
              });
  if (result.pictures.empty())
    fail(ErrorKind::bad_input, "{}: none of its pictures can be read; give others", path);
  return result;
}

OrderedJson share_json(const Share& share) {
  return {{"value", share.value}, {"low", share.low}, {"high", share.high}};
}

std::string in_percent(const Share& share) {
  return fmt::format("{:5.1f}% ({:.1f} to {:.1f})", 100 * share.value, 100 * share.low,
                     100 * share.high);
}

// "-" where nothing was given, so that there is no share.
std::string in_percent(const Share& share, int64_t trials) {
  return trials > 0 ? in_percent(share) : "-";
}

void print_taught(const CategoryGroup& group, const TaughtGroup& taught, Context& context) {
  if (context.json)
    return context.print({{"group", group.name},
                          {"examples", taught.pictures},
                          {"alpha", taught.weight.alpha},
                          {"beta", taught.weight.beta},
                          {"before", share_json(taught.before)},
                          {"after", share_json(taught.after)},
                          {"gain", taught.gain},
                          {"gain_low", taught.low},
                          {"gain_high", taught.high},
                          {"mended", taught.mended},
                          {"broken", taught.broken}});
  fmt::print("{}: {} examples, right answers {} with words alone, {} with the others as examples\n",
             group.name, taught.pictures, in_percent(taught.before), in_percent(taught.after));
  fmt::print("  {} mended, {} broken: {:+.1f} points ({:+.1f} to {:+.1f}); alpha {}, beta {}{}\n",
             taught.mended, taught.broken, 100 * taught.gain, 100 * taught.low, 100 * taught.high,
             taught.weight.alpha, taught.weight.beta,
             taught.weight.alpha == 0 ? " (the words alone are best)" : "");
}

void remark_missing_examples(const CategoryGroup& group, const TaughtGroup& taught,
                             const Context& context) {
  if (taught.pictures == 0 || taught.weight.alpha == 0) return;
  for (size_t c = 0; c < group.categories.size(); ++c)
    if (taught.examples[c] == 0)
      context.remark(fmt::format(
          "\"{}\" has no example, so others of the group \"{}\" gain on it; give it some",
          group.categories[c].name, group.name));
}

void run_teach(const FitOptions& options, Context& context) {
  keep_apart(options.out, options.sort.taxonomy, "taxonomy");
  const Taxonomy taxonomy = read_taxonomy(options.sort.taxonomy);
  const Model model = context.load_model();
  auto labelled = encode_labelled(options.labelled, taxonomy, model, context);
  const Taught taught = teach(taxonomy, CategoryLogits(taxonomy, model), model.fingerprint(),
                              std::move(labelled.pictures), std::move(labelled.embeddings));
  const std::string out = options.out.empty() ? examples_path(options.sort.taxonomy) : options.out;
  write_examples(out, taught.examples, taxonomy);
  for (size_t g = 0; g < taxonomy.groups.size(); ++g) {
    print_taught(taxonomy.groups[g], taught.groups[g], context);
    remark_missing_examples(taxonomy.groups[g], taught.groups[g], context);
  }
  context.remark(fmt::format("{}: written; `tandem sort run` takes it from there", out));
}

OrderedJson counts_json(const CategoryCounts& counts) {
  return {{"precision", share_json(counts.precision())},
          {"recall", share_json(counts.recall())},
          {"right", counts.right},
          {"wrong", counts.wrong},
          {"missed", counts.missed}};
}

void print_fit_json(const CategoryGroup& group, const GroupFit& fit, Context& context) {
  OrderedJson line{{"group", group.name},
                   {"pictures", fit.pictures},
                   {"temperature", fit.temperature ? OrderedJson(*fit.temperature) : OrderedJson()},
                   {"loss_before", fit.loss_before},
                   {"loss_after", fit.loss_after},
                   {"right_before", share_json(fit.right_before)},
                   {"right_after", share_json(fit.right_after)},
                   {"categories", OrderedJson::array()}};
  for (size_t c = 0; c < group.categories.size(); ++c) {
    const CategoryFit& one = fit.categories[c];
    line["categories"].push_back(
        {{"name", group.categories[c].name},
         {"pictures", one.pictures},
         {"threshold", one.threshold ? OrderedJson(*one.threshold) : OrderedJson()},
         {"before", counts_json(one.before)},
         {"after", counts_json(one.after)}});
  }
  context.print(line);
}

void print_fit(const CategoryGroup& group, const GroupFit& fit, Context& context) {
  if (context.json) return print_fit_json(group, fit, context);
  fmt::print("{}: {} pictures, right answers {} before, {} after\n", group.name, fit.pictures,
             in_percent(fit.right_before), in_percent(fit.right_after));
  fmt::print("  temperature {}, log loss {:.3f} before, {:.3f} after\n",
             fit.temperature ? fmt::format("{:.3f}", *fit.temperature) : "as it was",
             fit.loss_before, fit.loss_after);
  size_t width = 8;
  for (const auto& category : group.categories) width = std::max(width, category.name.size());
  fmt::print("  {:<{}}  pictures  threshold  {:<24}  {:<24}\n", "category", width, "precision",
             "recall");
  for (size_t c = 0; c < group.categories.size(); ++c) {
    const CategoryFit& one = fit.categories[c];
    const CategoryCounts& after = one.after;
    fmt::print("  {:<{}}  {:>8}  {:>9}  {:<24}  {:<24}\n", group.categories[c].name, width,
               one.pictures, one.threshold ? fmt::format("{:.3f}", *one.threshold) : "as it was",
               in_percent(after.precision(), after.right + after.wrong),
               in_percent(after.recall(), after.right + after.missed));
  }
}

void remark_few(const CategoryGroup& group, const GroupFit& fit, const CalibrationOptions& options,
                const Context& context) {
  if (fit.pictures == 0)
    return context.remark(
        fmt::format("no labelled picture says anything of the group \"{}\"", group.name));
  for (size_t c = 0; c < group.categories.size(); ++c) {
    const CategoryFit& one = fit.categories[c];
    const bool by_hand = group.categories[c].threshold || group.threshold;
    if (by_hand)
      context.remark(fmt::format("\"{}\" keeps the threshold that the taxonomy gives it",
                                 group.categories[c].name));
    else if (one.pictures < options.min_pictures)
      context.remark(
          fmt::format("\"{}\" has {} labelled pictures, too few for a threshold of its "
                      "own; give it {}",
                      group.categories[c].name, one.pictures, options.min_pictures));
    else if (!one.threshold)
      context.remark(
          fmt::format("no threshold of \"{}\" {}; it keeps its own; describe it in other "
                      "words or teach it",
                      group.categories[c].name,
                      options.aim.kind == ThresholdAim::Kind::precision
                          ? "reaches that precision"
                          : "gives more right than wrong answers"));
  }
}

void run_calibrate(const FitOptions& options, Context& context) {
  keep_apart(options.out, options.sort.taxonomy, "taxonomy");
  const Model model = context.load_model();
  Taxonomy taxonomy = read_taxonomy(options.sort.taxonomy);
  const std::string examples_file = examples_path(options.sort.taxonomy);
  auto examples = options.sort.plain ? std::nullopt
                                     : read_examples(examples_file, taxonomy, model.fingerprint());
  const auto labelled = encode_labelled(options.labelled, taxonomy, model, context);
  CategoryLogits logits(taxonomy, model);
  const bool with_examples = examples.has_value();
  const Sorter sorter(std::move(taxonomy), std::move(logits), std::move(examples));
  Calibrated result = calibrate(sorter, model.fingerprint(), labelled.pictures, labelled.embeddings,
                                options.calibration);
  if (with_examples) result.calibration.examples = file_digest(examples_file);
  const std::string out =
      options.out.empty() ? calibration_path(options.sort.taxonomy) : options.out;
  write_calibration(out, result.calibration, sorter.taxonomy());
  for (size_t g = 0; g < result.groups.size(); ++g) {
    print_fit(sorter.taxonomy().groups[g], result.groups[g], context);
    remark_few(sorter.taxonomy().groups[g], result.groups[g], options.calibration, context);
  }
  context.remark(fmt::format("{}: written; `tandem sort run` takes it from there", out));
}

}  // namespace

void add_sort_teach(CLI::App& sort, Context& context) {
  auto& verb = add_verb(sort, "teach",
                        "adds example pictures to the words, without training, and says what they "
                        "change",
                        "tandem sort teach examples/ --into pets.toml --model clip/");
  const auto options = std::make_shared<FitOptions>();
  verb.add_option("examples", options->labelled,
                  "a folder with one folder for each category (none/ for what fits none), or a CSV "
                  "file with the columns path,category")
      ->required()
      ->type_name("DIR|CSV");
  add_taxonomy_flag(verb, options->sort);
  verb.add_option("--out", options->out,
                  "where to write; default: NAME.examples.safetensors beside NAME.toml")
      ->type_name("FILE");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run_teach(*options, context); });
}

void add_sort_calibrate(CLI::App& sort, Context& context) {
  auto& verb =
      add_verb(sort, "calibrate",
               "fits thresholds and a temperature to labelled pictures, and says how right "
               "the answers are then",
               "tandem sort calibrate labelled/ --into pets.toml --model clip/");
  const auto options = std::make_shared<FitOptions>();
  verb.add_option("labelled", options->labelled, "as for teach; other pictures than those")
      ->required()
      ->type_name("DIR|CSV");
  add_taxonomy_flag(verb, options->sort);
  add_plain_flag(verb, options->sort);
  auto* precise = verb.add_option_function<double>(
      "--min-precision",
      [options](double share) {
        options->calibration.aim = {.kind = ThresholdAim::Kind::precision, .precision = share};
      },
      "thresholds that give at least this precision; default: right answers outweigh wrong ones");
  precise->check(from_0_to_1())->type_name("P");
  verb.add_flag_callback(
          "--f1", [options] { options->calibration.aim = {.kind = ThresholdAim::Kind::f1}; },
          "thresholds of the best F1, which find more and are wrong more often")
      ->excludes(precise);
  verb.add_option("--min-pictures", options->calibration.min_pictures,
                  "labelled pictures that a category needs for a threshold of its own")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_option("--out", options->out,
                  "where to write; default: NAME.calibration.json beside NAME.toml")
      ->type_name("FILE");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run_calibrate(*options, context); });
}

}  // namespace tandem::cli
