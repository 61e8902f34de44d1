// `tandem bench`: measured figures beside the machine's own limits from the same run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tandem/model.h"

namespace tandem {

/// One measured figure.
struct Figure {
  std::string bench;  ///< "image/batch32"
  std::string model;
  double value = 0;           ///< the median
  std::string unit;           ///< "pictures/s", "GFLOP/s", "rows", "ms"
  double share_of_peak = -1;  ///< of peak_gflops in the same run; negative: none
  int repeats = 1;
  double spread = 0;  ///< (largest - smallest) / median
};

struct BenchOptions {
  std::string model;  ///< as for Model::load, or "random:ViT-B/32"
  LoadOptions load;
  std::string folder;   ///< bench folder: where the pictures are; bench search: or an .npy file
  std::string program;  ///< bench start: the path of tandem itself
  int repeats = 5;
  int64_t batch = 64;        ///< bench train: pairs a step
  int64_t rows = 1'000'000;  ///< bench search: vectors
  int classes = 20;          ///< bench zeroshot: of the 1,000 names, how many are timed
};

/// "peak", "image", "text", "zeroshot", "folder", "preprocess", "start", "train",
/// "search".
std::vector<std::string> bench_names();

/// Runs one of bench_names(); figures are reported as they are known. Errors:
/// as Model::load; bad_input for another name.
void run_bench(const std::string& name, const BenchOptions& options,
               const std::function<void(const Figure&)>& report);

}  // namespace tandem
