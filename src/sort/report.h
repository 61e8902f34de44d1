// A page to look answers over: the uncertain ones first.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sort/sorter.h"

namespace tandem {

struct SortReportOptions {
  size_t most = 500;  ///< pictures shown, the most uncertain; each takes some 15 kB
  /// A picture that cannot be shown (its card says so); and how many are done.
  std::function<void(const std::string& sentence)> on_bad{};
  std::function<void()> progress{};
};

/// One HTML file that stands alone: thumbnails, categories as chips with their confidence, the next
/// likeliest beside them, filters with keys, light and dark. Without scripts it is a list.
std::string sort_report(std::span<const SortedPicture> pictures, const Sorter& sorter,
                        const SortReportOptions& options = {});

/// Indices of the `most` pictures with the smallest margins, that one first.
std::vector<size_t> most_uncertain(std::span<const SortedPicture> pictures, size_t most);

}  // namespace tandem
