#include "sort/threshold.h"

#include <algorithm>
#include <cmath>

namespace tandem {
namespace {

// A place between two scores: everything at `kept` and above is kept, `dropped` and below is not.
struct Cut {
  double kept = 1, dropped = 0;
  int64_t right = 0, wrong = 0;

  double f1(int64_t positives) const {
    return 2.0 * static_cast<double>(right) / static_cast<double>(right + wrong + positives);
  }
  bool reaches(double precision) const {
    return static_cast<double>(right) >= precision * static_cast<double>(right + wrong);
  }
  double threshold(double usual) const {
    return dropped < usual && usual <= kept ? usual : (kept + dropped) / 2;
  }
};

std::vector<Cut> cuts_of(std::vector<ScoredItem>& items) {
  std::sort(items.begin(), items.end(),
            [](const ScoredItem& a, const ScoredItem& b) { return a.score > b.score; });
  std::vector<Cut> cuts;
  Cut cut;
  for (size_t i = 0; i < items.size(); ++i) {
    (items[i].right ? cut.right : cut.wrong) += 1;
    const bool last = i + 1 == items.size();
    if (!last && items[i + 1].score == items[i].score) continue;
    cut.kept = items[i].score;
    cut.dropped = last ? 0 : items[i + 1].score;
    cuts.push_back(cut);
  }
  return cuts;
}

}  // namespace

std::optional<double> fit_threshold(std::vector<ScoredItem> items, int64_t positives, double usual,
                                    const ThresholdAim& aim) {
  const auto cuts = cuts_of(items);
  const auto worth = [&](const Cut& cut) {
    switch (aim.kind) {
      case ThresholdAim::Kind::f1: return cut.f1(positives);
      case ThresholdAim::Kind::right: return static_cast<double>(cut.right - cut.wrong);
      case ThresholdAim::Kind::precision: break;
    }
    return cut.reaches(aim.precision) ? static_cast<double>(cut.right) : 0.0;
  };
  const Cut* best = nullptr;
  for (const Cut& cut : cuts) {
    if (worth(cut) <= 0) continue;
    const auto far = [&](const Cut& place) { return std::abs(place.threshold(usual) - usual); };
    if (!best || worth(cut) > worth(*best) || (worth(cut) == worth(*best) && far(cut) < far(*best)))
      best = &cut;
  }
  return best ? std::optional(best->threshold(usual)) : std::nullopt;
}

}  // namespace tandem
