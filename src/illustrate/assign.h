// Pictures to places so that the whole gains most: an assignment problem, not a race.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tandem {

/// A picture that a place may get, and what that is worth. No picture is worth 0.
struct Offer {
  size_t picture = 0;
  double gain = 0;
};

struct Assignment {
  std::vector<std::optional<size_t>> pictures;  ///< of each place; none where nothing is worth it
  double gain = 0;                              ///< of all
  /// The proof that no other assignment gains more (linear programming duality): every offer's
  /// gain is at most its place's price plus its picture's, none is negative, a picture with a
  /// price is used `uses` times, and all places' prices plus `uses` times the pictures' are `gain`.
  std::vector<double> place_prices, picture_prices;
};

/// Each place gets one of its offers or nothing, each picture goes to at most `uses` places, and
/// the sum of gains is as large as can be. Shortest augmenting paths with prices (Kuhn 1955;
/// Jonker and Volgenant 1987) on the offers alone, so that places beside a large library cost what
/// their offers cost. Of equal choices the earlier offer is taken. Offers of one place name
/// different pictures, below `pictures`; uses >= 1. Interrupted.
Assignment assign(std::span<const std::vector<Offer>> places, size_t pictures, int uses = 1);

}  // namespace tandem
