// Example pictures beside the words: Tip-Adapter's cache (Zhang et al., arXiv 2207.09519, section
// 3.1), without training.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sort/taxonomy.h"
#include "sort/truth.h"
#include "tandem/model.h"

namespace tandem {

/// How much examples count in a group. The paper adds alpha * sum(exp(-beta * (1 - cosine))) over a
/// class's examples to its logit, all classes having equally many; here it is the mean, so that a
/// category with more examples is not favoured.
struct ExampleWeight {
  double alpha = 0;  ///< in logits; 0: the words alone
  double beta = 5.5;
};

/// Where examples are summed up. exclusive: one cell for each category, and the last for none.
/// Else for each category a cell of those it fits, then for each of those it does not, which count
/// against it.
struct ExampleCells {
  bool exclusive = true;
  size_t categories = 0;
  bool has_none = false;  ///< the group's "none of these" is in words

  explicit ExampleCells(const CategoryGroup& group);
  size_t count() const;
  size_t logits() const { return categories + (exclusive && has_none ? 1 : 0); }
  /// Where a picture of this truth belongs; nothing where it says nothing of the group.
  std::vector<size_t> of(const std::optional<std::vector<size_t>>& truth) const;
  /// Adds alpha times each logit's mean affinity; a cell without examples adds nothing.
  void add(double alpha, std::span<const double> sums, std::span<const int64_t> counts,
           std::span<double> logits) const;
};

/// exp(-beta * (1 - cosine)).
double affinity(double cosine, double beta);

/// What `sort teach` stores beside a taxonomy.
struct Examples {
  Fingerprint fingerprint;
  std::string taxonomy;  ///< digest_of the one that they were taught with
  std::vector<LabelledPicture> pictures;
  Embeddings embeddings;               ///< a row for each picture, of length 1
  std::vector<ExampleWeight> weights;  ///< for each group

  /// Adds what the examples say of a picture to a group's logits (CategoryLogits::of). With
  /// `not_itself`, examples that are this very picture (cosine above 0.99999) count for nothing.
  void add_to(std::span<double> logits, const CategoryGroup& group, size_t index,
              std::span<const float> picture, bool not_itself = false) const;
};

/// "pets.examples.safetensors" beside "pets.toml".
std::string examples_path(const std::string& taxonomy_file);
void write_examples(const std::string& path, const Examples& examples, const Taxonomy& taxonomy);
/// Nothing where there is no file. Errors: bad_input for a damaged file or one whose categories are
/// none of the taxonomy's; bad_model where another model's space made it.
std::optional<Examples> read_examples(const std::string& path, const Taxonomy& taxonomy,
                                      const Fingerprint& model);

}  // namespace tandem
