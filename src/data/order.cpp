#include "data/order.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/fail.h"
#include "data/random.h"

namespace tandem {
namespace {

// More than enough for a shuffle: four make a strong permutation where rounds are random.
constexpr int kRounds = 6;

/// A permutation of [0, count) chosen by a key: a Feistel network over the next power of four,
/// walked along until it is inside again (Black and Rogaway 2002, cycle walking).
int64_t permuted(int64_t index, int64_t count, uint64_t key) {
  const int half =
      std::max(1, (static_cast<int>(std::bit_width(static_cast<uint64_t>(count - 1))) + 1) / 2);
  const uint64_t mask = (uint64_t{1} << half) - 1;
  auto at = static_cast<uint64_t>(index);
  do {
    uint64_t left = at >> half, right = at & mask;
    for (uint64_t round = 0; round < kRounds; ++round) {
      const uint64_t mixed = left ^ (hash_words({key, round, right}) & mask);
      left = right;
      right = mixed;
    }
    at = left << half | right;
  } while (at >= static_cast<uint64_t>(count));
  return static_cast<int64_t>(at);
}

// What is drawn by a key of its own.
enum Draw : uint64_t { kEpochDraw = 1, kPartDraw = 2, kSubstituteDraw = 3 };

}  // namespace

Order::Order(std::span<const int64_t> begins, std::span<const double> weights, uint64_t seed)
    : seed_(seed) {
  constexpr double kMaxPlaces = 0x1p53;
  if (begins.size() != weights.size() + 1)
    fail(ErrorKind::bad_input,
         "{} weights stand beside {} beginnings of sources; give one weight a source",
         weights.size(), begins.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    const int64_t samples = begins[i + 1] - begins[i];
    const double places = std::round(static_cast<double>(samples) * weights[i]);
    if (!(places >= 0 && places <= kMaxPlaces))
      fail(ErrorKind::bad_input, "source {} has the weight {}; give 0 or more", i + 1, weights[i]);
    sources_.push_back({begins[i], samples, epoch_size_, static_cast<int64_t>(places)});
    epoch_size_ += sources_.back().places;
  }
  if (epoch_size_ == 0)
    fail(ErrorKind::bad_input,
         "an epoch would have no sample; give a source a weight that leaves it one");
}

int64_t Order::at(int64_t position) const {
  const int64_t epoch = position / epoch_size_;
  const int64_t place = permuted(position % epoch_size_, epoch_size_,
                                 hash_words({seed_, kEpochDraw, static_cast<uint64_t>(epoch)}));
  const Source& source = source_of(place);
  const int64_t in_source = place - source.first_place;
  const int64_t whole = source.places / source.samples * source.samples;
  if (in_source < whole) return source.begin + in_source % source.samples;
  // The part of an epoch that a fractional weight leaves: it goes on through one fixed shuffle of
  // the source where the last epoch ended, so that over epochs no sample comes more often than
  // another.
  const int64_t part = source.places - whole;
  const int64_t next = (epoch * part + in_source - whole) % source.samples;
  return source.begin +
         permuted(next, source.samples,
                  hash_words({seed_, kPartDraw, static_cast<uint64_t>(source.begin)}));
}

int64_t Order::substitute(int64_t position, int attempt) const {
  const int64_t bad = at(position);
  const auto after = std::upper_bound(
      sources_.begin(), sources_.end(), bad,
      [](int64_t sample, const Source& source) { return sample < source.begin + source.samples; });
  const Source& source = *after;
  const uint64_t bits = hash_words(
      {seed_, kSubstituteDraw, static_cast<uint64_t>(position), static_cast<uint64_t>(attempt)});
  const auto samples = static_cast<uint64_t>(source.samples);
  const int64_t chosen = source.begin + static_cast<int64_t>(bits % samples);
  if (chosen != bad) return chosen;
  return source.begin + (chosen + 1 - source.begin) % source.samples;
}

const Order::Source& Order::source_of(int64_t place) const {
  const auto after = std::upper_bound(
      sources_.begin(), sources_.end(), place,
      [](int64_t wanted, const Source& source) { return wanted < source.first_place; });
  return *std::prev(after);
}

}  // namespace tandem
