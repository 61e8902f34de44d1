// A taxonomy's words as embeddings, and what they make of a picture.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sort/taxonomy.h"
#include "tandem/model.h"

namespace tandem {

/// Texts to embeddings of length 1, in order, put into the taxonomy's templates.
using EncodeDescriptions = std::function<Embeddings(std::span<const std::string>)>;

class CategoryLogits {
 public:
  /// Encodes every distinct text once; neither is kept.
  CategoryLogits(const Taxonomy& taxonomy, const Model& model);
  CategoryLogits(const Taxonomy& taxonomy, double logit_scale, const EncodeDescriptions& encode);

  /// For group_probabilities: a category's is the log_mean_exp of its descriptions' logits (cosine
  /// times the model's scale; SigLIP's bias cancels out). exclusive: the categories, then none.
  /// Else the categories, less what their counterparts get. `picture` has length 1. Errors:
  /// bad_input for an embedding of another width, bad_model where one is not finite.
  std::vector<double> of(size_t group, std::span<const float> picture) const;
  int64_t width() const { return embeddings_.width; }

 private:
  using Rows = std::vector<int64_t>;
  struct GroupRows {
    bool exclusive = true;
    std::vector<Rows> categories, counterparts;  // counterparts: of each, where not exclusive
    Rows none;
  };
  double logit(const Rows& rows, std::span<const float> picture) const;

  double logit_scale_;
  Embeddings embeddings_;
  std::vector<GroupRows> groups_;
};

}  // namespace tandem
