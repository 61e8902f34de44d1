#include "sort/fit.h"

namespace tandem {

Taught teach(const Taxonomy& taxonomy, const CategoryLogits& logits, const Fingerprint& model,
             std::vector<LabelledPicture> pictures, Embeddings embeddings) {
  Taught taught;
  Examples& examples = taught.examples;
  examples.fingerprint = model;
  examples.taxonomy = digest_of(taxonomy);
  examples.pictures = std::move(pictures);
  examples.embeddings = std::move(embeddings);
  for (size_t g = 0; g < taxonomy.groups.size(); ++g) {
    std::vector<std::vector<double>> rows;
    for (int64_t i = 0; i < examples.embeddings.rows; ++i)
      rows.push_back(logits.of(g, examples.embeddings.row(i)));
    taught.groups.push_back(teach_group(taxonomy.groups[g], g, examples, rows));
    examples.weights.push_back(taught.groups.back().weight);
  }
  return taught;
}

Calibrated calibrate(const Sorter& sorter, const Fingerprint& model,
                     std::span<const LabelledPicture> pictures, const Embeddings& embeddings,
                     const CalibrationOptions& options) {
  const Taxonomy& taxonomy = sorter.taxonomy();
  Calibrated result;
  Calibration& calibration = result.calibration;
  calibration.fingerprint = model;
  calibration.taxonomy = digest_of(taxonomy);
  for (size_t g = 0; g < taxonomy.groups.size(); ++g) {
    std::vector<CalibrationItem> items;
    for (size_t i = 0; i < pictures.size(); ++i)
      if (auto fitting = truth_in(pictures[i].truth, g))
        items.push_back(
            {sorter.logits(g, embeddings.row(static_cast<int64_t>(i)), true), std::move(*fitting)});
    GroupFit fit = calibrate_group(taxonomy.groups[g], items, options);
    calibration.temperatures.push_back(fit.temperature);
    auto& thresholds = calibration.thresholds.emplace_back();
    for (const auto& category : fit.categories) thresholds.push_back(category.threshold);
    result.groups.push_back(std::move(fit));
  }
  return result;
}

}  // namespace tandem
