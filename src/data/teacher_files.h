// The files of a teacher store:
//
//   teacher.json      what the embeddings are of
//   part-00000.f16    of the samples 0 to 1023, part-00001.f16 of the next...
//
// A part, little endian: 8 bytes "TANDEMT1", the 32 digits of the settings' hash, u64 samples, u64
// texts, u64 number of the first text of each sample and of all at the end, then binary16
// [samples, views, width] of the pictures and [texts, width] of the texts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "data/augment.h"

namespace tandem {

/// teacher.json.
struct TeacherFacts {
  std::string dataset, teacher;  ///< fingerprints
  int64_t samples = 0;
  int width = 0, views = 0;
  double logit_scale = 1;
  uint64_t seed = 0;
  std::string preprocess;  ///< of the teacher, in words
  Augmentation augmentation;
};

std::string teacher_facts_path(const std::string& folder);
std::string to_json(const TeacherFacts& facts);
/// Errors: io; bad_model for what is no such file.
TeacherFacts read_teacher_facts(const std::string& folder);

/// The seed of a view's augmentation.
uint64_t teacher_view_seed(uint64_t seed, int64_t sample, int view);

inline constexpr int64_t kTeacherPartSamples = 1024;
inline int64_t teacher_parts(int64_t samples) {
  return (samples + kTeacherPartSamples - 1) / kTeacherPartSamples;
}
std::string teacher_part_path(const std::string& folder, int64_t part);

/// One mapped part.
class TeacherPart {
 public:
  /// Errors: io; bad_model where it does not belong to `facts` (its to_json's hash), or is damaged.
  TeacherPart(const std::string& path, const TeacherFacts& facts, const std::string& settings,
              int64_t samples);

  /// `sample` counts from the part's first.
  void image(int64_t sample, int view, float* out) const;
  /// Error: bad_model where the sample has fewer texts.
  void text(int64_t sample, int text, float* out) const;

 private:
  uint64_t text_begin(int64_t sample) const;
  void row(uint64_t number, float* out) const;

  MappedFile file_;
  int64_t samples_ = 0;
  int width_ = 0, views_ = 0;
};

/// A part's bytes. `text_begins` has one more entry than there are samples.
std::string teacher_part_bytes(const std::string& settings, std::span<const uint64_t> text_begins,
                               std::span<const uint16_t> images, std::span<const uint16_t> texts);

}  // namespace tandem
