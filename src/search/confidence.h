// From scores to the probability that a picture truly fits (docs/search_scores.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tandem {

/// How unusual a picture's score is.
struct MatchFeatures {
  double query_z = 0;    ///< among the query's scores over the library's pictures
  double picture_z = 0;  ///< what neither the query nor the picture explains, picture_z()
  int64_t pictures = 1;  ///< searched: the best of many is high by chance
};

/// logit = bias + of_query * (query_z - best_by_chance(pictures)) + of_picture * picture_z.
struct MatchLink {
  double bias = 0, of_query = 0, of_picture = 0;
};

/// The median of the largest of n standard normal numbers; 0 for n <= 1.
double best_by_chance(int64_t n);

/// For queries in words, and for queries that are pictures, which have no picture_z.
extern const MatchLink kTextLink, kPictureLink;

double confidence(const MatchFeatures& features, const MatchLink& link);

/// From here on a picture counts as a match: more likely than not.
inline constexpr double kGoodMatch = 0.5;

/// One judged pair of a query and a picture.
struct JudgedMatch {
  MatchFeatures features;
  bool fits = false;
};

/// The link of greatest likelihood (logistic regression by Newton's steps, with a penalty of 1e-3
/// on the squares of the weights). No pair at all gives zeros.
MatchLink fit_link(std::span<const JudgedMatch> pairs);

}  // namespace tandem
