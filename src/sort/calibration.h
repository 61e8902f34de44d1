// Thresholds and a temperature from a few labelled pictures.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/metrics.h"
#include "sort/taxonomy.h"
#include "sort/threshold.h"
#include "tandem/model.h"

namespace tandem {

/// A labelled picture in one group: its logits (words and examples) and what fits it.
struct CalibrationItem {
  std::vector<double> logits;
  std::vector<size_t> fitting;  ///< categories of the group; empty: none of them
};

struct CalibrationOptions {
  /// A category with fewer labelled pictures keeps its threshold: on fewer, the best one is chance.
  int64_t min_pictures = 5;
  ThresholdAim aim;
};

/// How right a category's answers are.
struct CategoryCounts {
  int64_t right = 0;   ///< given and true
  int64_t wrong = 0;   ///< given and not true
  int64_t missed = 0;  ///< true and not given
  Share precision() const;
  Share recall() const;
};

struct CategoryFit {
  int64_t pictures = 0;             ///< labelled with it
  std::optional<double> threshold;  ///< nothing: too few pictures, or none above any threshold
  CategoryCounts before, after;     ///< after: each picture judged by a fit without it
};

struct GroupFit {
  int64_t pictures = 0;
  std::optional<double> temperature;       ///< nothing: too few pictures to fit one
  double loss_before = 0, loss_after = 0;  ///< mean log loss a decision; after as above
  Share right_before, right_after;         ///< pictures whose whole answer is true
  std::vector<CategoryFit> categories;
};

/// Fits one group. The temperature minimises the log loss (Guo et al., arXiv 1706.04599), with
/// Platt's softened targets (1999), so that a few pictures that are all right do not make it zero.
/// A threshold is set between the scores of right and wrong answers as the aim asks; of equally
/// good places the one nearest to the threshold without a fit, so that few pictures move it no
/// further than they give reason to. What the file says (group.temperature, thresholds) is kept.
/// `after` figures are cross-validated in min(n, 10) folds. Items whose truth the group cannot
/// express (none, without a "none of these") count for thresholds alone.
GroupFit calibrate_group(const CategoryGroup& group, std::span<const CalibrationItem> items,
                         const CalibrationOptions& options = {});

/// The temperature that calibrate_group fits; 1 for no items.
double fit_temperature(std::span<const CalibrationItem> items, bool exclusive);

/// What `sort calibrate` stores beside a taxonomy: the file itself stays as its author wrote it.
struct Calibration {
  Fingerprint fingerprint;
  std::string taxonomy;                             ///< digest_of the one that it was fitted to
  std::string examples;                             ///< digest of the examples' file, or empty
  std::vector<std::optional<double>> temperatures;  ///< of each group
  std::vector<std::vector<std::optional<double>>> thresholds;  ///< of each category
};

/// "pets.calibration.json" beside "pets.toml".
std::string calibration_path(const std::string& taxonomy_file);
void write_calibration(const std::string& path, const Calibration& calibration,
                       const Taxonomy& taxonomy);
/// Nothing where there is no file. Errors: bad_model for another model's, bad_input for a damaged
/// one or one that was fitted to other words or other examples.
std::optional<Calibration> read_calibration(const std::string& path, const Taxonomy& taxonomy,
                                            const Fingerprint& model,
                                            const std::string& examples_digest);

/// The values in force: what the file says, else what was fitted, else the defaults.
double temperature_of(const CategoryGroup& group, const std::optional<double>& fitted);
double threshold_of(const CategoryGroup& group, size_t category,
                    const std::optional<double>& fitted);

}  // namespace tandem
