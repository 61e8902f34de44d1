// Making a teacher store, part by part.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/fail.h"
#include "base/files.h"
#include "base/half.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "data/digest.h"
#include "data/teacher_files.h"
#include "data/teacher_store.h"
#include "image/decode.h"

namespace tandem {
namespace {

// Pictures decoded, and texts encoded, at a time.
constexpr int64_t kPictures = 64, kTexts = 256;

class PartWriter {
 public:
  PartWriter(const Dataset& dataset, const Teacher& teacher, const TeacherFacts& facts)
      : dataset_(dataset), teacher_(teacher), facts_(facts) {}

  /// The bytes of the samples from `begin` on. `done` is called with samples done so far.
  std::string write(int64_t begin, int64_t count, const std::string& settings,
                    const std::function<void(int64_t)>& done) {
    images_.assign(static_cast<size_t>(count * facts_.views * facts_.width), 0);
    texts_of_.assign(static_cast<size_t>(count), {});
    const int64_t at_once = std::max<int64_t>(1, kPictures / facts_.views);
    for (int64_t first = 0; first < count; first += at_once) {
      check_interrupt();
      write_pictures(begin, first, std::min(at_once, count - first));
      done(std::min(first + at_once, count));
    }
    return with_texts(settings);
  }

 private:
  /// Views of the samples that can be used; a bad one has neither pictures nor texts, and stays
  /// zero: the feeder finds it bad as well and never asks.
  void write_pictures(int64_t begin, int64_t first, int64_t count) {
    std::vector<std::vector<RgbImage>> views(static_cast<size_t>(count));
    parallel_for(count, [&](int64_t i) {
      try {
        views[static_cast<size_t>(i)] = views_of(begin + first + i, first + i);
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::io) throw;
      }
    });
    std::vector<RgbImage> pictures;
    std::vector<int64_t> rows;
    for (int64_t i = 0; i < count; ++i) {
      auto& of_sample = views[static_cast<size_t>(i)];
      for (size_t view = 0; view < of_sample.size(); ++view) {
        pictures.push_back(std::move(of_sample[view]));
        rows.push_back((first + i) * facts_.views + static_cast<int64_t>(view));
      }
    }
    if (pictures.empty()) return;
    std::vector<float> embeddings(pictures.size() * static_cast<size_t>(facts_.width));
    teacher_.encode_pictures(pictures, embeddings.data());
    for (size_t i = 0; i < rows.size(); ++i)
      store(embeddings.data() + i * static_cast<size_t>(facts_.width), images_, rows[i]);
  }

  std::vector<RgbImage> views_of(int64_t sample, int64_t in_part) {
    Sample read = dataset_.read(sample);
    const Image image = decode_image(read.picture, read.key);
    std::vector<RgbImage> views;
    for (int view = 0; view < facts_.views; ++view)
      views.push_back(augment(image, facts_.augmentation, teacher_.preprocess,
                              teacher_view_seed(facts_.seed, sample, view), read.key));
    for (WeightedText& text : read.texts)
      texts_of_[static_cast<size_t>(in_part)].push_back(std::move(text.text));
    return views;
  }

  // Class names come again and again: each text is encoded once a part.
  std::string with_texts(const std::string& settings) {
    std::map<std::string, std::vector<int64_t>> rows;
    std::vector<uint64_t> begins = {0};
    for (const auto& texts : texts_of_) {
      for (size_t i = 0; i < texts.size(); ++i)
        rows[texts[i]].push_back(static_cast<int64_t>(begins.back() + i));
      begins.push_back(begins.back() + texts.size());
    }
    std::vector<uint16_t> stored(begins.back() * static_cast<size_t>(facts_.width));
    std::vector<std::string> texts;
    std::vector<float> embeddings(static_cast<size_t>(kTexts * facts_.width));
    const auto encode = [&] {
      check_interrupt();
      teacher_.encode_texts(texts, embeddings.data());
      for (size_t i = 0; i < texts.size(); ++i)
        for (const int64_t row : rows[texts[i]])
          store(embeddings.data() + i * static_cast<size_t>(facts_.width), stored, row);
      texts.clear();
    };
    for (const auto& text : rows) {
      texts.push_back(text.first);
      if (static_cast<int64_t>(texts.size()) == kTexts) encode();
    }
    if (!texts.empty()) encode();
    return teacher_part_bytes(settings, begins, images_, stored);
  }

  void store(const float* embedding, std::vector<uint16_t>& to, int64_t row) const {
    for (int i = 0; i < facts_.width; ++i) {
      if (!std::isfinite(embedding[i]))
        fail(ErrorKind::bad_model,
             "the teacher {} gives numbers that are not finite; take another one", facts_.teacher);
      to[static_cast<size_t>(row * facts_.width + i)] = f16_from_float(embedding[i]);
    }
  }

  const Dataset& dataset_;
  const Teacher& teacher_;
  const TeacherFacts& facts_;
  std::vector<uint16_t> images_;
  std::vector<std::vector<std::string>> texts_of_;
};

/// Writes teacher.json, or finds that the one there says the same.
void settle_facts(const std::string& folder, const TeacherFacts& facts) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string path = teacher_facts_path(folder);
  if (!std::filesystem::exists(path)) return write_file(path, to_json(facts));
  if (to_json(read_teacher_facts(folder)) != to_json(facts))
    fail(ErrorKind::bad_input,
         "{}: holds the embeddings of another teacher, data set, augmentation or seed; choose "
         "another "
         "folder, or remove this one",
         folder);
}

/// Whether a part is there and whole.
bool is_written(const std::string& path, const TeacherFacts& facts, const std::string& settings,
                int64_t samples) {
  if (!std::filesystem::exists(path)) return false;
  try {
    TeacherPart(path, facts, settings, samples);
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io) throw;
    return false;
  }
}

}  // namespace

void write_teacher_store(const std::string& folder, const Dataset& dataset, const Teacher& teacher,
                         const Augmentation& augmentation, int views, uint64_t seed,
                         const std::function<void(int64_t, int64_t)>& progress) {
  if (views < 1 || teacher.width < 1)
    fail(ErrorKind::bad_input, "a store of {} views of width {} is none; give 1 or more", views,
         teacher.width);
  const TeacherFacts facts{dataset.fingerprint(),
                           teacher.fingerprint,
                           dataset.size(),
                           teacher.width,
                           views,
                           teacher.logit_scale,
                           seed,
                           describe(teacher.preprocess),
                           augmentation};
  settle_facts(folder, facts);
  const std::string settings = digest_of(to_json(facts));
  PartWriter writer(dataset, teacher, facts);
  for (int64_t part = 0; part < teacher_parts(facts.samples); ++part) {
    const int64_t begin = part * kTeacherPartSamples;
    const int64_t count = std::min(kTeacherPartSamples, facts.samples - begin);
    const auto tell = [&](int64_t done) {
      if (progress) progress(begin + done, facts.samples);
    };
    const std::string path = teacher_part_path(folder, part);
    if (!is_written(path, facts, settings, count))
      write_file(path, writer.write(begin, count, settings, tell));
    tell(count);
  }
}

}  // namespace tandem
