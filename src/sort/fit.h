// Labelled pictures in, what stands beside a taxonomy out.
#pragma once

#include <span>
#include <vector>

#include "sort/calibration.h"
#include "sort/sorter.h"
#include "sort/teach.h"

namespace tandem {

struct Taught {
  Examples examples;
  std::vector<TaughtGroup> groups;
};

/// `embeddings`: a row for each picture. The words alone are in `logits`.
Taught teach(const Taxonomy& taxonomy, const CategoryLogits& logits, const Fingerprint& model,
             std::vector<LabelledPicture> pictures, Embeddings embeddings);

struct Calibrated {
  Calibration calibration;
  std::vector<GroupFit> groups;
};

/// The sorter has the examples, if any, but no calibration; pictures that are examples themselves
/// are judged by the others.
Calibrated calibrate(const Sorter& sorter, const Fingerprint& model,
                     std::span<const LabelledPicture> pictures, const Embeddings& embeddings,
                     const CalibrationOptions& options);

}  // namespace tandem
