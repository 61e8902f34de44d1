// The face of the room: pictures into the categories of a taxonomy.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sort/answer.h"
#include "sort/calibration.h"
#include "sort/category_logits.h"
#include "sort/examples.h"

namespace tandem {

/// One category of one picture, in a group.
struct RankedCategory {
  size_t category = 0;  ///< index in the group; its size for "none of these"
  double probability = 0;
};

/// A picture's answer in one group.
struct GroupResult {
  GroupAnswer answer;
  std::vector<RankedCategory> ranked;  ///< the likeliest first, at most kRanked
};

struct SortedPicture {
  std::string path;
  std::vector<GroupResult> groups;

  bool none_of_these() const;  ///< no category of any group fits
  double margin() const;       ///< the smallest of the groups': how uncertain the picture is
};

/// A category that fits, with its probability.
struct FittingCategory {
  size_t group = 0, category = 0;
  double confidence = 0;
};

class Sorter {
 public:
  static constexpr size_t kRanked = 3;

  /// Errors: bad_input for examples of another width.
  Sorter(Taxonomy taxonomy, CategoryLogits logits, std::optional<Examples> examples = std::nullopt,
         std::optional<Calibration> calibration = std::nullopt);

  const Taxonomy& taxonomy() const { return taxonomy_; }
  /// Words and examples; with `not_itself` as Examples::add_to.
  std::vector<double> logits(size_t group, std::span<const float> picture,
                             bool not_itself = false) const;
  /// All groups' answers for an embedding of length 1. Safe from many threads.
  SortedPicture sort(std::string path, std::span<const float> picture) const;
  /// In the taxonomy's order.
  std::vector<FittingCategory> fitting(const SortedPicture& picture) const;
  const std::string& name_of(const FittingCategory& fitting) const;

 private:
  Taxonomy taxonomy_;
  CategoryLogits logits_;
  std::optional<Examples> examples_;
  std::vector<double> temperatures_;
  std::vector<std::vector<double>> thresholds_;
};

/// What stands beside a taxonomy: examples and fitted values, where there are any. `plain` leaves
/// both aside. Remarks name what is used. Errors as read_examples and read_calibration.
Sorter open_sorter(const std::string& taxonomy_file, const Model& model, bool plain,
                   std::vector<std::string>& remarks);
/// digest of a file's bytes; empty where there is none.
std::string file_digest(const std::string& path);

}  // namespace tandem
