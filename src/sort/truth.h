// What people say of pictures, in terms of a taxonomy.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sort/taxonomy.h"

namespace tandem {

/// A category by its place in the taxonomy.
struct CategoryPlace {
  size_t group = 0, category = 0;
  auto operator<=>(const CategoryPlace&) const = default;
};

/// What is known of one picture: the categories that fit it, or that none does.
struct PictureTruth {
  std::vector<CategoryPlace> categories;
  bool none = false;
};

/// The categories of a group that fit, ascending; empty: none of them does. Nothing: the picture's
/// labels say nothing of this group (they are all of other groups).
std::optional<std::vector<size_t>> truth_in(const PictureTruth& truth, size_t group);

/// A picture with what is known of it.
struct LabelledPicture {
  std::string path;
  PictureTruth truth;
};

struct LabelledSet {
  std::vector<LabelledPicture> pictures;  ///< by path
  std::vector<std::string> remarks;       ///< folders and rows that say nothing of the taxonomy
};

/// A folder with one folder for each category (animals/dogs/... for "animals/dogs", none/... for
/// what fits none), or a CSV file with the columns path and category (a row for each category that
/// fits; "none" or nothing for none; paths from the file's folder). Errors: bad_input where
/// nothing is left, a row's category is none of the taxonomy's (with the nearest one), or a
/// picture has two categories that exclude each other; io where it cannot be read.
LabelledSet read_labelled(const std::string& path, const Taxonomy& taxonomy);

}  // namespace tandem
