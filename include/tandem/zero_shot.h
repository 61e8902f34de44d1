// Categories in words as a classifier, without training for them (CLIP paper section
// 3.1).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/model.h"

namespace tandem {

/// Sentences with one {} each, which stands for a label.
struct Templates {
  std::string name;
  std::vector<std::string> texts;

  /// "none" (the label itself), "simple" ("a photo of a {}."), "openai7" and
  /// "openai80" (the ImageNet templates of the CLIP paper), or the path of a
  /// file with one template a line. Errors: bad_input for a line without {}.
  static Templates named(const std::string& name_or_path);
};

/// One label's answer for a picture.
struct Answer {
  size_t label = 0;        ///< index into the classifier's labels
  double probability = 0;  ///< 0 to 1; softmax over the labels, or SigLIP's sigmoid
  double logit = 0;
};

/// Labels as embeddings: each label's prompts are encoded, normalised, averaged
/// over the templates and normalised again.
class Classifier {
 public:
  /// Encodes labels x templates once; the model is not kept. Errors: bad_input
  /// for no labels or no templates.
  Classifier(const Model& model, std::vector<std::string> labels,
             const Templates& templates = Templates::named("simple"));

  const std::vector<std::string>& labels() const { return labels_; }
  /// [labels, embed_dim].
  const Embeddings& embeddings() const { return embeddings_; }

  /// All labels, the likeliest first.
  std::vector<Answer> classify(std::span<const float> picture_embedding) const;

  /// True where the picture is nearer to prompts that say nothing ("a photo of
  /// something.") than to every label: see docs/zero_shot.md for the rule.
  bool none_of_these(std::span<const float> picture_embedding) const;

 private:
  double logit_scale_;
  std::optional<double> logit_bias_;
  std::vector<std::string> labels_;
  Embeddings embeddings_;
  std::vector<float> null_embedding_;
};

/// Labels x templates to one embedding a label (rows in the labels' order).
Embeddings ensemble(const Model& model, std::span<const std::string> labels,
                    const Templates& templates);

/// One picture and labels in one line: the labels, the likeliest first, with
/// their probabilities.
struct LabelProbability {
  std::string label;
  double probability = 0;
};
std::vector<LabelProbability> classify(const Model& model, const std::string& picture,
                                       const std::vector<std::string>& labels,
                                       const std::string& templates = "simple");

}  // namespace tandem
