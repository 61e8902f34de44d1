#include "sort/calibration.h"

#include <algorithm>
#include <cmath>

#include "sort/answer.h"
#include "sort/teach.h"

namespace tandem {
namespace {

constexpr double kLeast = 1e-12;                 // of a probability in a logarithm
constexpr double kLowest = 0.02, kHighest = 50;  // temperatures
constexpr int kSteps = 60;                       // of the search: 1e-12 of the range
constexpr size_t kFolds = 10;
constexpr int64_t kFewest = 10;  // pictures for a temperature

// The true class of an exclusive item, or nothing where the logits have no place for it.
std::optional<size_t> class_of(const CalibrationItem& item, size_t categories) {
  if (!item.fitting.empty()) return item.fitting.front();
  return item.logits.size() > categories ? std::optional(categories) : std::nullopt;
}

// Cross entropy with `softness` of the mass spread over the other classes.
double exclusive_loss(const CalibrationItem& item, size_t truth, double temperature,
                      double softness) {
  const auto p = group_probabilities(item.logits, true, temperature);
  double loss = 0;
  for (size_t c = 0; c < p.size(); ++c) {
    const double rest = p.size() > 1 ? softness / static_cast<double>(p.size() - 1) : 0;
    loss -= (c == truth ? 1 - softness : rest) * std::log(std::max(p[c], kLeast));
  }
  return loss;
}

double open_loss(const CalibrationItem& item, double temperature, double softness) {
  const auto p = group_probabilities(item.logits, false, temperature);
  double loss = 0;
  for (size_t c = 0; c < p.size(); ++c) {
    const bool fits = std::find(item.fitting.begin(), item.fitting.end(), c) != item.fitting.end();
    const double target = fits ? 1 - softness : softness;
    loss -= target * std::log(std::max(p[c], kLeast)) +
            (1 - target) * std::log(std::max(1 - p[c], kLeast));
  }
  return loss / static_cast<double>(p.size());
}

// Mean over the items that can be judged; 0 for none.
double mean_loss(std::span<const CalibrationItem> items, bool exclusive, size_t categories,
                 double temperature, double softness) {
  double sum = 0;
  int64_t count = 0;
  for (const auto& item : items) {
    if (exclusive) {
      const auto truth = class_of(item, categories);
      if (!truth) continue;
      sum += exclusive_loss(item, *truth, temperature, softness);
    } else {
      sum += open_loss(item, temperature, softness);
    }
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

double best_temperature(std::span<const CalibrationItem> items, bool exclusive, size_t categories) {
  if (items.empty()) return 1;
  const double softness = 1 / (static_cast<double>(items.size()) + 2);
  const auto loss = [&](double log_temperature) {
    return mean_loss(items, exclusive, categories, std::exp(log_temperature), softness);
  };
  // Convex in 1 / temperature, so there is one minimum: golden section.
  const double golden = (std::sqrt(5.0) - 1) / 2;
  double low = std::log(kLowest), high = std::log(kHighest);
  double a = high - golden * (high - low), b = low + golden * (high - low);
  double at_a = loss(a), at_b = loss(b);
  for (int step = 0; step < kSteps; ++step) {
    if (at_a <= at_b) {
      high = b, b = a, at_b = at_a;
      a = high - golden * (high - low), at_a = loss(a);
    } else {
      low = a, a = b, at_a = at_b;
      b = low + golden * (high - low), at_b = loss(b);
    }
  }
  return std::exp((low + high) / 2);
}

// A temperature and thresholds for some items.
struct Fit {
  std::optional<double> temperature;
  std::vector<std::optional<double>> thresholds;
};

bool has(const std::vector<size_t>& list, size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// The items whose answer hangs on a category's threshold.
std::vector<ScoredItem> scored(std::span<const CalibrationItem> items, const CategoryGroup& group,
                               size_t category, double temperature) {
  const std::vector<double> open(group.categories.size(), 0);
  std::vector<ScoredItem> list;
  for (const auto& item : items) {
    const auto p = group_probabilities(item.logits, group.exclusive, temperature);
    if (group.exclusive && !has(group_answer(p, open, true).fitting, category)) continue;
    list.push_back({p[category], has(item.fitting, category)});
  }
  return list;
}

int64_t labelled_with(std::span<const CalibrationItem> items, size_t category) {
  return std::count_if(items.begin(), items.end(),
                       [&](const CalibrationItem& item) { return has(item.fitting, category); });
}

Fit fitted(const CategoryGroup& group, std::span<const CalibrationItem> items,
           const CalibrationOptions& options) {
  Fit fit;
  const size_t categories = group.categories.size();
  if (!group.temperature && static_cast<int64_t>(items.size()) >= kFewest)
    fit.temperature = best_temperature(items, group.exclusive, categories);
  const double temperature = temperature_of(group, fit.temperature);
  for (size_t c = 0; c < categories; ++c) {
    const int64_t pictures = labelled_with(items, c);
    fit.thresholds.emplace_back();
    if (group.categories[c].threshold || group.threshold || pictures < options.min_pictures)
      continue;
    fit.thresholds.back() = fit_threshold(scored(items, group, c, temperature), pictures,
                                          kDefaultThreshold, options.aim);
  }
  return fit;
}

std::vector<size_t> answered(const CategoryGroup& group, const Fit& fit,
                             const CalibrationItem& item) {
  std::vector<double> thresholds;
  for (size_t c = 0; c < group.categories.size(); ++c)
    thresholds.push_back(threshold_of(group, c, fit.thresholds[c]));
  const auto p =
      group_probabilities(item.logits, group.exclusive, temperature_of(group, fit.temperature));
  return group_answer(p, thresholds, group.exclusive).fitting;
}

void count(std::vector<CategoryCounts*> counts, const CalibrationItem& item,
           const std::vector<size_t>& given) {
  for (size_t c = 0; c < counts.size(); ++c) {
    const bool is = has(item.fitting, c), said = has(given, c);
    counts[c]->right += is && said;
    counts[c]->wrong += !is && said;
    counts[c]->missed += is && !said;
  }
}

std::vector<size_t> folds_of(std::span<const CalibrationItem> items, size_t categories,
                             size_t folds) {
  std::vector<size_t> classes;
  for (const auto& item : items)
    classes.push_back(item.fitting.empty() ? categories : item.fitting.front());
  return stratified_folds(classes, folds);
}

}  // namespace

Share CategoryCounts::precision() const {
  const auto given = static_cast<double>(right + wrong);
  return wilson(given > 0 ? static_cast<double>(right) / given : 0, given);
}

Share CategoryCounts::recall() const {
  const auto is = static_cast<double>(right + missed);
  return wilson(is > 0 ? static_cast<double>(right) / is : 0, is);
}

double fit_temperature(std::span<const CalibrationItem> items, bool exclusive) {
  size_t categories = 0;
  for (const auto& item : items) categories = std::max(categories, item.logits.size());
  return best_temperature(items, exclusive, categories);
}

double temperature_of(const CategoryGroup& group, const std::optional<double>& fitted) {
  return group.temperature ? *group.temperature : fitted.value_or(1);
}

double threshold_of(const CategoryGroup& group, size_t category,
                    const std::optional<double>& fitted) {
  if (const auto& own = group.categories[category].threshold) return *own;
  return group.threshold ? *group.threshold : fitted.value_or(kDefaultThreshold);
}

GroupFit calibrate_group(const CategoryGroup& group, std::span<const CalibrationItem> items,
                         const CalibrationOptions& options) {
  const size_t categories = group.categories.size();
  GroupFit result;
  result.pictures = static_cast<int64_t>(items.size());
  result.categories.resize(categories);
  const Fit whole = fitted(group, items, options);
  const Fit none{.thresholds = std::vector<std::optional<double>>(categories)};
  result.temperature = whole.temperature;
  std::vector<CategoryCounts*> before, after;
  for (size_t c = 0; c < categories; ++c) {
    CategoryFit& fit = result.categories[c];
    fit.pictures = labelled_with(items, c);
    fit.threshold = whole.thresholds[c];
    before.push_back(&fit.before);
    after.push_back(&fit.after);
  }
  const size_t folds = std::clamp<size_t>(items.size(), 1, kFolds);
  const auto fold = folds_of(items, categories, folds);
  int64_t right_before = 0, right_after = 0;
  double loss_after = 0;
  for (size_t f = 0; f < folds; ++f) {
    std::vector<CalibrationItem> others, own;
    for (size_t i = 0; i < items.size(); ++i) (fold[i] == f ? own : others).push_back(items[i]);
    const Fit fit = fitted(group, others, options);
    for (const auto& item : own) {
      const auto was = answered(group, none, item), is = answered(group, fit, item);
      count(before, item, was);
      count(after, item, is);
      right_before += was == item.fitting;
      right_after += is == item.fitting;
    }
    loss_after +=
        static_cast<double>(own.size()) *
        mean_loss(own, group.exclusive, categories, temperature_of(group, fit.temperature), 0);
  }
  const auto n = static_cast<double>(items.size());
  result.loss_before =
      mean_loss(items, group.exclusive, categories, temperature_of(group, std::nullopt), 0);
  if (items.empty()) return result;
  result.loss_after = loss_after / n;
  result.right_before = wilson(static_cast<double>(right_before) / n, n);
  result.right_after = wilson(static_cast<double>(right_after) / n, n);
  return result;
}

}  // namespace tandem
