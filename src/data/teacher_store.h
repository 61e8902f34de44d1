// A teacher's embeddings stored beside the data, so that distillation costs no teacher at
// training time (MobileCLIP's dataset reinforcement, arXiv 2311.17049 section 3.1).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/augment.h"
#include "data/dataset.h"
#include "image/image.h"
#include "text/tokenizer.h"

namespace tandem {

/// A folder with the embeddings of `views` augmented pictures of each sample and of all of its
/// texts, in f16, by the dataset's order; and what they are of. Immutable; many threads.
class TeacherStore {
 public:
  /// Error: bad_model where the store was made for another dataset (its fingerprint).
  TeacherStore(const std::string& folder, const Dataset& dataset);
  ~TeacherStore();
  TeacherStore(TeacherStore&&) noexcept;

  int width() const;
  int views() const;
  double logit_scale() const;  ///< exp of the teacher's
  /// How the views were drawn; a run that uses the store draws the same.
  const Augmentation& augmentation() const;
  /// The seed of a view's augmentation: the student must see the same picture.
  uint64_t view_seed(int64_t sample, int view) const;
  /// Writes width() floats each. `text` is an index into Sample::texts.
  void image_embedding(int64_t sample, int view, float* out) const;
  void text_embedding(int64_t sample, int text, float* out) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A model that can be asked for embeddings of length 1, wired by whoever has one.
struct Teacher {
  std::string fingerprint;  ///< its space
  int width = 0;
  double logit_scale = 1;
  PreprocessConfig preprocess;
  std::function<void(std::span<const RgbImage>, float* out)> encode_pictures;
  std::function<void(std::span<const std::string>, float* out)> encode_texts;
};

/// Writes the store of a dataset into `folder`, resumable: parts that are there are kept.
/// `progress`: samples done, of how many.
void write_teacher_store(const std::string& folder, const Dataset& dataset, const Teacher& teacher,
                         const Augmentation& augmentation, int views, uint64_t seed,
                         const std::function<void(int64_t, int64_t)>& progress);

}  // namespace tandem
