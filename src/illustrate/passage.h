// What a place says, as embeddings: a text tower reads a sentence or two, a paragraph has more.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "illustrate/lesson.h"
#include "tandem/model.h"

namespace tandem {

/// How a place's text becomes embeddings. Which is best was measured (docs/illustrate.md).
struct PassageRule {
  enum class Cut {
    whole,      ///< the text as it is, cut at the model's context
    sentences,  ///< each sentence encoded, their mean
    both,       ///< the mean of `whole` and `sentences`
    best,       ///< each sentence encoded; a picture's score is that of its best sentence
  };
  enum class Context {
    none,
    prefix,  ///< the title above is written in front of each text
    mixed,   ///< the titles are encoded and added with `context_weight`
  };
  Cut cut = Cut::both;
  Context context = Context::mixed;
  double context_weight = 0.1;
};

/// Sentences of plain text: ended by . ! ? (and their CJK forms) before a blank and a capital, a
/// number or a quote, or by a line end; not behind single letters and common short forms. What has
/// fewer than three words joins its neighbour.
std::vector<std::string> split_sentences(std::string_view text);

/// A text's sentences beyond these are not read: a section's first ones say what it is about.
inline constexpr size_t kMostSentences = 16;

/// Embeddings of places: place i has rows [begins[i], begins[i + 1]), at least one, of length 1.
struct Passages {
  Embeddings views;
  std::vector<int64_t> begins = {0};

  int64_t size() const { return static_cast<int64_t>(begins.size()) - 1; }
  /// The largest cosine of a place's rows with the picture.
  double score(int64_t place, std::span<const float> picture) const;
};

/// Texts are encoded some thousands at a time. Errors: as Model::encode_texts; Interrupted.
Passages encode_passages(const Model& model, std::span<const Place> places,
                         const PassageRule& rule = {});

}  // namespace tandem
