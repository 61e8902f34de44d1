// Where to cut a list of scores.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tandem {

struct ScoredItem {
  double score = 0;  ///< 0 to 1
  bool right = false;
};

/// What a threshold is good for.
struct ThresholdAim {
  enum class Kind {
    right,     ///< the most right items less wrong ones: kept where right is likelier than wrong
    f1,        ///< the best F1, which keeps more, and of a weak model mostly wrong ones
    precision  ///< the most right items where at least `precision` of all kept are right
  } kind = Kind::right;
  double precision = 0;
};

/// The threshold that keeps the best part of the items. `positives`: how many there are in all,
/// scored or not. Of equally good places the one nearest to `usual`: it stays where nothing speaks
/// against it, else the middle between two neighbours is taken. Nothing where no place keeps
/// anything worth keeping.
std::optional<double> fit_threshold(std::vector<ScoredItem> items, int64_t positives, double usual,
                                    const ThresholdAim& aim = {});

}  // namespace tandem
