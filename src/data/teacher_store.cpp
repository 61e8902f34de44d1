#include "data/teacher_store.h"

#include <algorithm>
#include <filesystem>

#include "base/fail.h"
#include "data/digest.h"
#include "data/random.h"
#include "data/teacher_files.h"

namespace tandem {

class TeacherStore::Impl {
 public:
  Impl(const std::string& folder, const Dataset& dataset) : facts_(read_teacher_facts(folder)) {
    if (facts_.dataset != dataset.fingerprint() || facts_.samples != dataset.size())
      fail(ErrorKind::bad_model,
           "{}: was made for other data, or other texts of it ({} samples, fingerprint {}; the "
           "run's "
           "have {}, {}); name the same sources, or make the store again",
           folder, facts_.samples, facts_.dataset, dataset.size(), dataset.fingerprint());
    const std::string settings = digest_of(to_json(facts_));
    for (int64_t part = 0; part < teacher_parts(facts_.samples); ++part) {
      const std::string path = teacher_part_path(folder, part);
      if (!std::filesystem::exists(path))
        fail(ErrorKind::bad_model,
             "{}: is missing, the store was not finished; start `train teach` again, it goes on "
             "from there",
             path);
      const int64_t left = facts_.samples - part * kTeacherPartSamples;
      parts_.emplace_back(path, facts_, settings, std::min(kTeacherPartSamples, left));
    }
  }

  const TeacherPart& part_of(int64_t sample) const {
    return parts_[static_cast<size_t>(sample / kTeacherPartSamples)];
  }

  TeacherFacts facts_;
  std::vector<TeacherPart> parts_;
};

TeacherStore::TeacherStore(const std::string& folder, const Dataset& dataset)
    : impl_(std::make_unique<Impl>(folder, dataset)) {}
TeacherStore::~TeacherStore() = default;
TeacherStore::TeacherStore(TeacherStore&&) noexcept = default;

int TeacherStore::width() const { return impl_->facts_.width; }
int TeacherStore::views() const { return impl_->facts_.views; }
double TeacherStore::logit_scale() const { return impl_->facts_.logit_scale; }
const Augmentation& TeacherStore::augmentation() const { return impl_->facts_.augmentation; }

uint64_t TeacherStore::view_seed(int64_t sample, int view) const {
  return teacher_view_seed(impl_->facts_.seed, sample, view);
}

void TeacherStore::image_embedding(int64_t sample, int view, float* out) const {
  impl_->part_of(sample).image(sample % kTeacherPartSamples, view, out);
}

void TeacherStore::text_embedding(int64_t sample, int text, float* out) const {
  impl_->part_of(sample).text(sample % kTeacherPartSamples, text, out);
}

uint64_t teacher_view_seed(uint64_t seed, int64_t sample, int view) {
  constexpr uint64_t kViewSeed = 21;
  return hash_words({seed, kViewSeed, static_cast<uint64_t>(sample), static_cast<uint64_t>(view)});
}

}  // namespace tandem
