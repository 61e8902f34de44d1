#include "eval/standings.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "kernels/product.h"

namespace tandem {
namespace {

// A tile of scores: 2 MB, so that it stays in a core's reach between product and comparison.
constexpr int64_t kTileImages = 512;
constexpr int64_t kTileTexts = 1024;

/// Scores of pictures [image, image + images) and texts [text, text + texts).
struct ScoreTile {
  int64_t image = 0, images = 0, text = 0, texts = 0;
  const float* scores = nullptr;  ///< [images][stride]
  int64_t stride = 0;

  float at(int64_t i, int64_t t) const { return scores[(i - image) * stride + t - text]; }
};

class Products {
 public:
  Products(const Embeddings& images, const Embeddings& texts)
      : images_(images), texts_(texts), kernels_(cpu::chosen_kernels()) {}

  /// Takes texts [begin, end), at most kTileTexts, as right factor of the tiles that follow.
  void take_texts(int64_t begin, int64_t end) {
    text_ = begin;
    packed_ = cpu::pack(end - begin, texts_.width, [&](int64_t column, float* to) {
      std::memcpy(to, texts_.row(begin + column).data(),
                  static_cast<size_t>(texts_.width) * sizeof(float));
    });
  }

  ScoreTile tile(int64_t begin, int64_t end) {
    const int64_t stride = packed_.panels() * cpu::kPanel;
    scores_.resize(static_cast<size_t>((end - begin) * stride));
    const auto rows = [&](int64_t row, int64_t, int64_t term, int64_t, float*) {
      return cpu::RowBlock{images_.row(begin + row).data() + term, images_.width};
    };
    cpu::multiply(kernels_, end - begin, rows, packed_, scores_.data(), stride, {});
    return {.image = begin,
            .images = end - begin,
            .text = text_,
            .texts = packed_.columns(),
            .scores = scores_.data(),
            .stride = stride};
  }

 private:
  const Embeddings& images_;
  const Embeddings& texts_;
  const cpu::Kernels& kernels_;
  cpu::PackedMatrix packed_;
  int64_t text_ = 0;
  std::vector<float> scores_;
};

/// Each text's score with its own picture, from the tiles that hold such pairs.
std::vector<float> own_scores(Products& products, int64_t texts,
                              std::span<const int64_t> text_begins) {
  std::vector<float> own(static_cast<size_t>(texts));
  for (int64_t text = 0; text < texts; text += kTileTexts) {
    const int64_t text_end = std::min(text + kTileTexts, texts);
    products.take_texts(text, text_end);
    const auto first = std::upper_bound(text_begins.begin(), text_begins.end(), text) - 1;
    const auto last = std::lower_bound(text_begins.begin(), text_begins.end(), text_end);
    const int64_t image_end = last - text_begins.begin();
    for (int64_t image = first - text_begins.begin(); image < image_end; image += kTileImages) {
      const auto tile = products.tile(image, std::min(image + kTileImages, image_end));
      for (int64_t i = tile.image; i < tile.image + tile.images; ++i)
        for (int64_t t = std::max(text, text_begins[i]); t < std::min(text_end, text_begins[i + 1]);
             ++t)
          own[t] = tile.at(i, t);
    }
  }
  return own;
}

/// Counts what stands before and beside the right answers, tile by tile. Sums of whole numbers
/// have no order, so that threads may add as they come.
class Counter {
 public:
  Counter(std::span<const float> own, std::span<const int64_t> text_begins)
      : own_(own),
        begins_(text_begins),
        best_(text_begins.size() - 1),
        standings_{std::vector<Standing>(own.size()), std::vector<Standing>(best_.size())},
        text_better_(own.size()),
        text_equal_(own.size()) {
    for (size_t i = 0; i < best_.size(); ++i) {
      const auto texts = own_.subspan(begins_[i], begins_[i + 1] - begins_[i]);
      best_[i] = *std::max_element(texts.begin(), texts.end());
      standings_.of_images[i].equal_right = std::count(texts.begin(), texts.end(), best_[i]);
    }
  }

  void add(const ScoreTile& tile) {
    constexpr int64_t kRows = 32;
    parallel_for((tile.images + kRows - 1) / kRows, [&](int64_t part) {
      std::vector<int32_t> better(tile.texts), equal(tile.texts);
      const int64_t begin = tile.image + part * kRows;
      const int64_t end = std::min(begin + kRows, tile.image + tile.images);
      for (int64_t i = begin; i < end; ++i) add_row(tile, i, better.data(), equal.data());
      for (int64_t t = 0; t < tile.texts; ++t) {
        if (better[t]) text_better_[tile.text + t] += better[t];
        if (equal[t]) text_equal_[tile.text + t] += equal[t];
      }
    });
  }

  RetrievalStandings result() && {
    for (size_t t = 0; t < own_.size(); ++t) {
      standings_.of_texts[t].better = text_better_[t];
      standings_.of_texts[t].equal_wrong = text_equal_[t] - 1;  // its own picture is equal too
    }
    for (auto& standing : standings_.of_images) standing.equal_wrong -= standing.equal_right;
    return std::move(standings_);
  }

 private:
  // A picture's right texts never score above the best of them, so only equal ones need
  // to be taken off at the end.
  void add_row(const ScoreTile& tile, int64_t i, int32_t* text_better, int32_t* text_equal) {
    const float* scores = tile.scores + (i - tile.image) * tile.stride;
    const float* own = own_.data() + tile.text;
    const float best = best_[i];
    int32_t better = 0, equal = 0;
    for (int64_t t = 0; t < tile.texts; ++t) {
      better += scores[t] > best;
      equal += scores[t] == best;
      text_better[t] += scores[t] > own[t];
      text_equal[t] += scores[t] == own[t];
    }
    standings_.of_images[i].better += better;
    standings_.of_images[i].equal_wrong += equal;
  }

  std::span<const float> own_;
  std::span<const int64_t> begins_;
  std::vector<float> best_;
  RetrievalStandings standings_;
  std::vector<std::atomic<int64_t>> text_better_, text_equal_;
};

void require_finite(const Embeddings& embeddings, const char* what) {
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(embeddings.values.begin(), embeddings.values.end(), finite))
    fail(ErrorKind::bad_model,
         "the model gives {} embeddings that are not finite; its weights are damaged or training "
         "diverged, take an earlier checkpoint",
         what);
}

}  // namespace

RetrievalStandings retrieval_standings(const Embeddings& images, const Embeddings& texts,
                                       std::span<const int64_t> text_begins) {
  require_finite(images, "picture");
  require_finite(texts, "text");
  Products products(images, texts);
  const auto own = own_scores(products, texts.rows, text_begins);
  Counter counter(own, text_begins);
  for (int64_t text = 0; text < texts.rows; text += kTileTexts) {
    products.take_texts(text, std::min(text + kTileTexts, texts.rows));
    for (int64_t image = 0; image < images.rows; image += kTileImages) {
      check_interrupt();
      counter.add(products.tile(image, std::min(image + kTileImages, images.rows)));
    }
  }
  return std::move(counter).result();
}

}  // namespace tandem
