// `tandem bench search`.
#pragma once

#include <functional>

#include "bench/bench.h"

namespace tandem {

/// Exact scans of `options.rows` vectors of 512 numbers beside the machine's read bandwidth, in f32
/// and int8, and opening their file. With `options.folder`, a folder of pictures or an .npy file of
/// embeddings: also the graph, on vectors that are clustered as these are. Files of 2.5 KB a row
/// are made in the folder for temporary files and removed.
void bench_search(const BenchOptions& options, const std::function<void(const Figure&)>& report);

/// `rows` vectors of `width` numbers and length 1, clustered as `real` ones: each is a real one
/// plus what leads from it to its nearest others in random shares, all turned by one random
/// isometry. They lie on real embeddings' own surface, so that their spectrum, their clusters and
/// their distances to neighbours are near to the real ones'; `width` must not be smaller than
/// theirs. Row i is a function of the seed and i.
class ClusteredVectors {
 public:
  ClusteredVectors(const Embeddings& real, int width, uint64_t seed);
  void row(int64_t i, float* to) const;

 private:
  Embeddings turned_;
  std::vector<int32_t> near_;  ///< kNear of each
  uint64_t seed_;
};

}  // namespace tandem
