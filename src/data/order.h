// The order of samples: a function of (seed, epoch) and a position, without a shuffle buffer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tandem {

/// A global shuffle in constant memory: each epoch is a permutation (a Feistel network) of all
/// samples, each as often as its source's weight says. Positions run on over epochs, so
/// that a batch may span two and a cursor is one number; ranks take parts of a batch.
class Order {
 public:
  /// `begins` as Dataset::source_begins, one weight a source. Error: bad_input where the
  /// epoch would be empty.
  Order(std::span<const int64_t> begins, std::span<const double> weights, uint64_t seed);

  /// Places of one epoch: the sum of samples x weight, rounded per source.
  int64_t epoch_size() const { return epoch_size_; }
  /// The sample at a position from 0 on.
  int64_t at(int64_t position) const;
  /// Another sample of the same source for a place whose sample is bad; attempt from 1.
  int64_t substitute(int64_t position, int attempt) const;

 private:
  struct Source {
    int64_t begin, samples, first_place, places;
  };
  const Source& source_of(int64_t place) const;

  std::vector<Source> sources_;
  uint64_t seed_;
  int64_t epoch_size_ = 0;
};

}  // namespace tandem
