// What makes a model's scores mean something: fitted once per model on captioned pictures, kept in
// a file beside it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "describe/facets.h"

namespace tandem {

/// confidence = sigmoid(offset + slope * ln(a / (1 - a))) of a sentence's agreement a, 0 to 1
/// (Platt 1999, on the log-odds).
struct SentenceCalibration {
  double offset = -1;  ///< without a fit: the log-odds, less one for caution
  double slope = 1;
  int64_t pictures = 0;  ///< that it was fitted on; 0: not fitted
  double confidence(double agreement) const;
};

struct DescribeCalibration {
  std::string space;  ///< the model's fingerprint; empty where nothing was fitted
  SentenceCalibration sentence;
  std::vector<FacetCalibration> facets;  ///< of each question of facet_questions()

  bool is_fitted() const { return sentence.pictures > 0; }
};

/// What holds for a model that nobody fitted anything to: its own temperature, no biases.
DescribeCalibration unfitted_calibration();

/// Errors: as read_json; bad_input where values are missing or no numbers.
DescribeCalibration read_describe_calibration(const std::string& path);
void write_describe_calibration(const std::string& path, const DescribeCalibration& calibration);

/// "describe.json" in the model's folder; empty for a model that is no folder.
std::string describe_calibration_path(const std::string& model);

/// One trial: the logits of all classes and the class that is true.
struct Trial {
  std::vector<double> logits;
  size_t truth = 0;
};

/// scale >= 0 and biases that minimise the mean log loss of softmax(scale * logits + biases), with
/// each class that occurs weighing the same where `balanced`, and a small penalty on biases
/// (Newton's method). Classes without a trial take no part in the fit and get the mean bias.
/// The classes' number is that of the first trial's logits.
FacetCalibration fit_scaling(std::span<const Trial> trials, bool balanced);

/// fit_scaling of two classes, right (1) and wrong (0).
SentenceCalibration fit_sentence(std::span<const double> agreements,
                                 const std::vector<bool>& right);

}  // namespace tandem
