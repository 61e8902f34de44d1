#include <fmt/core.h>

#include "base/fail.h"
#include "eval/class_list.h"
#include "eval/eval.h"
#include "eval/sample_stream.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

/// Where a picture's label stands among all labels.
Standing standing_of(size_t label, std::span<const float> picture, const Embeddings& labels) {
  const double own = cosine(picture, labels.row(static_cast<int64_t>(label)));
  Standing standing{.equal_wrong = -1};  // the label itself is equal too
  for (int64_t other = 0; other < labels.rows; ++other) {
    const double score = cosine(picture, labels.row(other));
    standing.better += score > own;
    standing.equal_wrong += score == own;
  }
  return standing;
}

/// Hits by class while pictures come in.
class Tally {
 public:
  explicit Tally(const std::vector<std::string>& labels) {
    for (const auto& label : labels) classes_.push_back({.label = label});
  }

  void add(size_t label, const Standing& standing) {
    auto& figures = classes_[label];
    ++figures.n;
    figures.top1 += hit_within(standing, 1);
    figures.top5 += hit_within(standing, 5);
  }

  ZeroShotFigures result() && {
    ZeroShotFigures figures;
    double top1 = 0, top5 = 0;
    std::vector<double> shares;
    std::vector<int64_t> trials;
    for (auto& each : classes_) {
      if (each.n == 0) continue;
      figures.n += each.n;
      top1 += each.top1;
      top5 += each.top5;
      each.top1 /= static_cast<double>(each.n);
      each.top5 /= static_cast<double>(each.n);
      shares.push_back(each.top1);
      trials.push_back(each.n);
    }
    if (figures.n > 0) {
      const auto n = static_cast<double>(figures.n);
      figures.top1 = wilson(top1 / n, n);
      figures.top5 = wilson(top5 / n, n);
      figures.mean_per_class = mean_of_classes(shares, trials);
    }
    figures.classes = std::move(classes_);
    return figures;
  }

 private:
  std::vector<ClassFigures> classes_;
};

}  // namespace

ZeroShotFigures eval_zero_shot(const Model& model, const SourceConfig& data,
                               const Templates& templates, const std::vector<std::string>& labels,
                               const EvalOptions& options) {
  const ClassList classes(labels.empty() ? distinct_labels(data, options) : labels);
  const Dataset dataset = open_dataset(data, false, options);
  const Embeddings names = ensemble(model, classes.labels(), templates);
  Tally tally(classes.labels());
  const auto check = [&](const Sample& sample) -> std::string {
    if (!sample.label)
      return fmt::format("{}: has no label; write \"label\" into its JSON", sample.key);
    if (!classes.find(*sample.label))
      return fmt::format("{}: its label \"{}\" is none of the {} that were given; add it to them",
                         sample.key, *sample.label, classes.labels().size());
    return {};
  };
  const int64_t bad = encode_samples(model, dataset, options, check,
                                     [&](const Sample& sample, std::span<const float> picture) {
                                       const size_t label = *classes.find(*sample.label);
                                       tally.add(label, standing_of(label, picture, names));
                                     });
  ZeroShotFigures figures = std::move(tally).result();
  figures.bad = bad;
  if (figures.n == 0)
    fail(ErrorKind::bad_input,
         "{}: none of its {} samples could be used; see what was said of each", data.path,
         dataset.size());
  return figures;
}

}  // namespace tandem
