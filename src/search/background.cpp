#include "search/background.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "data/digest.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr const char* kNullPrompts[] = {"a photo",
                                        "a picture",
                                        "an image",
                                        "something",
                                        "an object",
                                        "a photo of something",
                                        "a photo of a thing",
                                        "a photo of an object",
                                        "a small thing",
                                        "a large thing",
                                        "a group of things",
                                        "a drawing",
                                        "a painting",
                                        "a diagram",
                                        "a map",
                                        "an icon",
                                        "a pattern",
                                        "text",
                                        "a close-up",
                                        "a portrait",
                                        "a scene",
                                        "a view",
                                        "a black and white photo",
                                        "a colourful picture",
                                        "a dark picture",
                                        "a bright picture",
                                        "a blurry photo",
                                        "an old picture",
                                        "a photo taken outdoors",
                                        "a photo taken indoors",
                                        "a photo of a place",
                                        "a photo of people",
                                        "a person",
                                        "an animal",
                                        "a plant",
                                        "a building",
                                        "a room",
                                        "a street",
                                        "a landscape",
                                        "nature",
                                        "water",
                                        "the sky",
                                        "food",
                                        "clothes",
                                        "a tool",
                                        "a machine",
                                        "a vehicle",
                                        "a product on a white background"};

/// Names the note: another list of prompts is another note.
std::string note_name() {
  std::string all;
  for (const char* prompt : kNullPrompts) all += std::string(prompt) + "\n";
  return "search.null_prompts." + digest_of(all).substr(0, 8);
}

// Scores that few pictures give say little of the rest: so many pictures' worth of the prior.
constexpr double kPriorWeight = 8;

}  // namespace

Embeddings encode_null_prompts(const Model& model) {
  const std::vector<std::string> texts(std::begin(kNullPrompts), std::end(kNullPrompts));
  return model.encode_texts(texts);
}

std::span<const char* const> null_prompts() { return kNullPrompts; }

Background::Background(Embeddings nulls, Embeddings sample)
    : nulls_(std::move(nulls)), sample_(std::move(sample)) {
  double centre = 0, variance = 0;
  for (int64_t i = 0; i < sample_.rows; ++i) {
    const ScoreSpread spread = of_picture(sample_.row(i));
    centre += spread.centre;
    variance += spread.spread * spread.spread;
  }
  if (sample_.rows == 0) return;
  const auto count = static_cast<double>(sample_.rows);
  prior_ = {.centre = centre / count, .spread = std::sqrt(variance / count)};
}

ScoreSpread Background::of_query(std::span<const float> query) const {
  std::vector<double> scores;
  for (int64_t i = 0; i < sample_.rows; ++i) scores.push_back(cosine(query, sample_.row(i)));
  return of_scores(std::move(scores));
}

ScoreSpread Background::of_scores(std::vector<double> scores) const {
  if (scores.empty()) return prior_;
  std::sort(scores.begin(), scores.end());
  const auto quantile = [&](double share) {
    return scores[static_cast<size_t>(share * static_cast<double>(scores.size() - 1) + 0.5)];
  };
  // The lower half alone: pictures that fit are in the upper one. 0.1587: one standard deviation
  // below the middle of a normal distribution.
  const double middle = quantile(0.5), spread = middle - quantile(0.1587);
  const auto count = static_cast<double>(scores.size());
  const double all = count + kPriorWeight;
  const double variance =
      (count * spread * spread + kPriorWeight * prior_.spread * prior_.spread) / all;
  return {.centre = (count * middle + kPriorWeight * prior_.centre) / all,
          .spread = std::max(std::sqrt(variance), 1e-6)};
}

ScoreSpread Background::of_picture(std::span<const float> picture) const {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < nulls_.rows; ++i) {
    const double score = cosine(picture, nulls_.row(i));
    sum += score;
    squares += score * score;
  }
  const double count = std::max<double>(1, static_cast<double>(nulls_.rows)), mean = sum / count;
  return {.centre = mean, .spread = std::sqrt(std::max(squares / count - mean * mean, 1e-12))};
}

Embeddings sample_rows(const VectorFile& vectors, size_t count) {
  std::vector<std::pair<uint64_t, int64_t>> order;
  for (int64_t row = 0; row < vectors.rows(); ++row) {
    const int64_t id = vectors.ids()[row];
    order.emplace_back(hash_of({reinterpret_cast<const char*>(&id), sizeof id}), row);
  }
  const size_t kept = std::min(count, order.size());
  std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end());
  order.resize(kept);
  std::sort(order.begin(), order.end());
  Embeddings sample{.rows = static_cast<int64_t>(kept), .width = vectors.width()};
  sample.values.resize(kept * static_cast<size_t>(vectors.width()));
  for (size_t i = 0; i < kept; ++i)
    vectors.copy_row(order[i].second, sample.row(static_cast<int64_t>(i)).data());
  return sample;
}

Background open_background(const Library& library, const LibrarySpace& space, const Model& model,
                           const VectorFile& vectors) {
  Embeddings nulls{.rows = std::ssize(kNullPrompts), .width = space.width};
  nulls.values.resize(static_cast<size_t>(nulls.rows * nulls.width));
  const auto size = nulls.values.size() * sizeof(float);
  const auto note = library.note(space, note_name());
  if (note && note->size() == size) {
    std::memcpy(nulls.values.data(), note->data(), size);
    return {std::move(nulls), sample_rows(vectors)};
  }
  nulls = encode_null_prompts(model);
  try {
    Library::open(library.path())
        .set_note(space, note_name(),
                  std::string(reinterpret_cast<const char*>(nulls.values.data()), size));
  } catch (const Error&) {  // the file may not be written: encoded again next time
  }
  return {std::move(nulls), sample_rows(vectors)};
}

}  // namespace tandem
