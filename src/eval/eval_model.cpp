#include <filesystem>

#include "eval/eval.h"

namespace tandem {
namespace {

using NamedValues = std::vector<std::pair<std::string, double>>;

void add_retrieval(NamedValues& values, const std::string& prefix,
                   const RetrievalFigures& figures) {
  values.emplace_back(prefix + "_r1", figures.r1.value);
  values.emplace_back(prefix + "_r5", figures.r5.value);
  values.emplace_back(prefix + "_r10", figures.r10.value);
  values.emplace_back(prefix + "_median_rank", figures.median_rank);
}

}  // namespace

std::string dataset_name(const std::string& path) {
  std::filesystem::path name(path);
  if (!name.has_filename()) name = name.parent_path();  // "folder/"
  std::string stem = name.stem().string();
  // A range's braces, and what joined them to the name.
  if (const auto brace = stem.find_first_of("{*?["); brace != std::string::npos && brace > 0) {
    const auto last = stem.find_last_not_of("-_.", brace - 1);
    if (last != std::string::npos) stem.resize(last + 1);
  }
  return stem;
}

NamedValues eval_model(const std::string& model_folder, const EvalPlan& plan,
                       const LoadOptions& load, const EvalOptions& options) {
  const Model model = Model::load(model_folder, load);
  NamedValues values;
  for (const auto& path : plan.zeroshot) {
    const auto figures =
        eval_zero_shot(model, {.path = path}, Templates::named(plan.templates), {}, options);
    const std::string prefix = "zeroshot/" + dataset_name(path) + "/";
    values.emplace_back(prefix + "top1", figures.top1.value);
    values.emplace_back(prefix + "top5", figures.top5.value);
    values.emplace_back(prefix + "mean_per_class", figures.mean_per_class.value);
  }
  for (const auto& path : plan.retrieval) {
    const auto figures = eval_retrieval(model, {.path = path}, options);
    const std::string prefix = "retrieval/" + dataset_name(path) + "/";
    add_retrieval(values, prefix + "text_to_image", figures.text_to_image);
    add_retrieval(values, prefix + "image_to_text", figures.image_to_text);
  }
  return values;
}

}  // namespace tandem
