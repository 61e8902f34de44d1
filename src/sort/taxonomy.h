// What pictures are sorted into: categories in words, in groups, as a TOML file (docs/sorting.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/zero_shot.h"

namespace tandem {

/// A place for pictures, in words.
struct Category {
  /// Unique in its taxonomy; "animals/dogs" is dogs below animals. Safe as a path and as a keyword:
  /// see check_category_name.
  std::string name;
  /// What its pictures show, at least one; they share the category's mass (sorter.h).
  std::vector<std::string> descriptions;
  /// Groups that do not exclude: what its pictures are told from; never empty there.
  std::vector<std::string> counterparts;
  std::optional<double> threshold;  ///< 0 to 1, where the file says it
  int line = 0;
};

/// Categories that are answered together.
struct CategoryGroup {
  std::string name;
  bool exclusive = true;  ///< at most one of them fits a picture
  /// Exclusive groups: what "none of these" is in words; empty where the file says `none = false`.
  std::vector<std::string> none;
  std::optional<double> temperature;  ///< above 0, where the file says it; 1 is the model's own
  std::optional<double> threshold;    ///< for categories that say none
  std::vector<Category> categories;   ///< at least one
  int line = 0;
};

struct Taxonomy {
  std::string file;  ///< for errors and remarks
  Templates templates;
  std::vector<CategoryGroup> groups;  ///< at least one

  size_t category_count() const;
};

/// Of a category that neither the file nor a calibration gives one: likelier than all else.
constexpr double kDefaultThreshold = 0.5;
/// The name that labelled folders and tables use for what fits none.
constexpr const char* kNoneName = "none";

/// What a group without `none`, or a category without `not`, is measured against: words that name
/// nothing. CLIP does not understand "no dog", which is near "dog".
const std::vector<std::string>& neutral_words();

/// Parses a file's text. `folder` is where a template file's relative path begins. Errors:
/// bad_input naming the file, line, key and what may stand there (unknown keys with the nearest
/// known one); limit for more than 100,000 descriptions.
Taxonomy parse_taxonomy(std::string_view toml, const std::string& file, const std::string& folder);
Taxonomy read_taxonomy(const std::string& path);

/// What is wrong with a name as the name of a folder, a keyword and a cell of a table; empty where
/// nothing is.
std::string category_name_objection(std::string_view name);

/// A hash of all that shapes logits: groups, names, words, templates; not thresholds, temperatures
/// or comments. Fitted values belong to it.
std::string digest_of(const Taxonomy& taxonomy);

}  // namespace tandem
