#include "illustrate/assign.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>

#include "base/interrupt.h"

namespace tandem {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();
constexpr size_t kNobody = std::numeric_limits<size_t>::max();

/// Costs are losses: -gain. Places come one after the other; each takes the shortest path of
/// reduced costs to a picture with room or to a place that can do without, and everyone on the
/// path moves on. A place that got nothing needs never be asked again: nobody's path leads to it.
class Solver {
 public:
  Solver(std::span<const std::vector<Offer>> places, size_t pictures, int uses)
      : places_(places),
        uses_(static_cast<size_t>(uses)),
        users_(pictures),
        picture_of_(places.size()),
        place_price_(places.size(), 0),
        picture_price_(pictures, 0),
        distance_(pictures, kFar),
        from_(pictures, kNobody),
        done_(pictures, 0) {}

  Assignment solve() {
    for (size_t place = 0; place < places_.size(); ++place) {
      check_interrupt();
      insert(place);
    }
    Assignment result{.pictures = std::move(picture_of_),
                      .place_prices = std::move(place_price_),
                      .picture_prices = std::move(picture_price_)};
    for (size_t place = 0; place < places_.size(); ++place)
      if (result.pictures[place])
        for (const Offer& offer : places_[place])
          if (offer.picture == *result.pictures[place]) result.gain += offer.gain;
    return result;
  }

 private:
  struct Step {
    double distance;
    size_t order;    // of equal distances the first found
    size_t picture;  // kNobody: `place` does without
    size_t place;
    bool operator>(const Step& other) const {
      return distance != other.distance ? distance > other.distance : order > other.order;
    }
  };

  // The new place's price is its best offer's worth, so that no reduced cost is negative.
  double worth(size_t place) const {
    double best = 0;
    for (const Offer& offer : places_[place])
      best = std::max(best, offer.gain - picture_price_[offer.picture]);
    return best;
  }

  void insert(size_t place) {
    place_price_[place] = worth(place);
    queue_ = {};
    touched_.clear();
    reached_.clear();
    reach(place, 0);
    for (;;) {
      const Step step = queue_.top();  // never empty: every place can do without
      queue_.pop();
      if (step.picture == kNobody) return finish(step.distance, kNobody, step.place, place);
      if (done_[step.picture]) continue;
      done_[step.picture] = 1;
      if (users_[step.picture].size() < uses_)
        return finish(step.distance, step.picture, kNobody, place);
      for (const size_t user : users_[step.picture]) reach(user, step.distance);
    }
  }

  /// Steps from a place that is `at` away. An assigned pair has reduced cost 0.
  void reach(size_t place, double at) {
    reached_.push_back({place, at});
    queue_.push({at + place_price_[place], order_++, kNobody, place});
    for (const Offer& offer : places_[place]) {
      if (done_[offer.picture]) continue;
      const double reduced = place_price_[place] + picture_price_[offer.picture] - offer.gain;
      const double distance = at + std::max(reduced, 0.0);
      if (distance >= distance_[offer.picture]) continue;
      if (distance_[offer.picture] == kFar) touched_.push_back(offer.picture);
      distance_[offer.picture] = distance;
      from_[offer.picture] = place;
      queue_.push({distance, order_++, offer.picture, kNobody});
    }
  }

  /// Moves prices by what the path cost, and everyone along it.
  void finish(double length, size_t picture, size_t without, size_t newcomer) {
    for (const auto& [place, at] : reached_) place_price_[place] -= length - at;
    for (const size_t touched : touched_)
      if (done_[touched]) picture_price_[touched] += length - distance_[touched];
    // Backwards: `without` gives its picture away, each giver takes the picture before it.
    size_t taken = picture;
    if (without != kNobody && without != newcomer) {
      taken = *picture_of_[without];
      leave(without, taken);
    }
    while (taken != kNobody) {
      const size_t taker = from_[taken];
      const size_t before = taker == newcomer ? kNobody : *picture_of_[taker];
      if (before != kNobody) leave(taker, before);
      users_[taken].push_back(taker);
      picture_of_[taker] = taken;
      taken = before;
    }
    for (const size_t touched : touched_) {
      distance_[touched] = kFar;
      from_[touched] = kNobody;
      done_[touched] = 0;
    }
  }

  void leave(size_t place, size_t picture) {
    auto& users = users_[picture];
    users.erase(std::find(users.begin(), users.end(), place));
    picture_of_[place] = std::nullopt;
  }

  std::span<const std::vector<Offer>> places_;
  size_t uses_;
  std::vector<std::vector<size_t>> users_;
  std::vector<std::optional<size_t>> picture_of_;
  std::vector<double> place_price_, picture_price_;
  // Of the present search.
  std::vector<double> distance_;
  std::vector<size_t> from_;
  std::vector<char> done_;
  std::vector<size_t> touched_;
  std::vector<std::pair<size_t, double>> reached_;
  std::priority_queue<Step, std::vector<Step>, std::greater<>> queue_;
  size_t order_ = 0;
};

}  // namespace

Assignment assign(std::span<const std::vector<Offer>> places, size_t pictures, int uses) {
  return Solver(places, pictures, uses).solve();
}

}  // namespace tandem
