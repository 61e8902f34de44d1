#include "data/pair_maker.h"

#include <algorithm>
#include <string_view>

#include "base/fail.h"
#include "data/digest.h"
#include "data/random.h"
#include "image/decode.h"

namespace tandem {
namespace {

// What is drawn at a position, each by a key of its own.
enum PairDraw : uint64_t { kTextDraw = 11, kAugmentDraw = 12, kViewDraw = 13 };

/// One of the texts, by its weight; `at` from [0, 1).
size_t draw(const std::vector<WeightedText>& texts, double at) {
  double sum = 0;
  for (const WeightedText& text : texts) sum += text.weight;
  double left = at * sum;
  size_t last = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].weight <= 0) continue;
    last = i;
    left -= texts[i].weight;
    if (left < 0) break;
  }
  return last;  // rounding may leave a little of the sum
}

/// The reason without the key, which is reported beside it.
std::string without_key(std::string_view sentence, const std::string& key) {
  if (!key.empty() && sentence.starts_with(key + ": ")) sentence.remove_prefix(key.size() + 2);
  return std::string(sentence);
}

}  // namespace

RgbImage PairMaker::picture_of(const Sample& sample, const Augmentation* augmentation,
                               uint64_t seed) const {
  const Image image = decode_image(sample.picture, sample.key, {.max_pixels = options_.max_pixels});
  const PreprocessConfig& config = options_.preprocess;
  RgbImage picture = augmentation ? augment(image, *augmentation, config, seed, sample.key)
                                  : preprocess(image, config, sample.key);
  if (picture.width != config.width || picture.height != config.height)
    fail(ErrorKind::bad_input,
         "{}: became {}x{} pixels where the model takes {}x{}; mend the preprocessing's sizes",
         sample.key, picture.width, picture.height, config.width, config.height);
  return picture;
}

void PairMaker::fill(int64_t index, int64_t position, const PairSlot& slot) const {
  const auto word_of = [&](PairDraw kind) {
    return hash_words({options_.seed, kind, static_cast<uint64_t>(position)});
  };
  const Sample sample = dataset_.read(index);
  if (sample.texts.empty())
    fail(ErrorKind::bad_input, "{}: has no text to be trained with; leave it out", sample.key);
  const TeacherStore* teacher = options_.teacher;
  const Augmentation* augmentation = options_.augmentation ? &*options_.augmentation : nullptr;
  uint64_t seed = word_of(kAugmentDraw);
  int view = 0;
  if (teacher) {
    view = static_cast<int>(word_of(kViewDraw) % static_cast<uint64_t>(teacher->views()));
    augmentation = &teacher->augmentation();
    seed = teacher->view_seed(index, view);
  }
  normalise(picture_of(sample, augmentation, seed), options_.preprocess, slot.pixels.data());

  const size_t text = draw(sample.texts, unit_of(word_of(kTextDraw)));
  TokenRow row;
  try {
    row = tokenizer_.encode_row(sample.texts[text].text, options_.context_length);
  } catch (const Error& error) {
    fail(error.kind(), "{}: its text cannot be used ({})", sample.key, error.what());
  }
  std::fill(std::copy(row.ids.begin(), row.ids.end(), slot.tokens.begin()), slot.tokens.end(),
            tokenizer_.pad_id());
  if (teacher) {
    teacher->image_embedding(index, view, slot.teacher_image.data());
    teacher->text_embedding(index, static_cast<int>(text), slot.teacher_text.data());
  }
  *slot.key = sample.key;
  // A label may also be written as a caption elsewhere: the two are told apart by the first byte.
  const std::string meaning = sample.label ? "l" + *sample.label : "t" + sample.texts[text].text;
  *slot.meaning = static_cast<int64_t>(hash_of(meaning));
}

PlaceOutcome PairMaker::make(int64_t position, const PairSlot& slot) const {
  const int attempts = BadSamples::max_attempts(options_.bad_limit);
  PlaceOutcome outcome;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const int64_t sample =
        attempt == 0 ? order_.at(position) : order_.substitute(position, attempt);
    try {
      fill(sample, position, slot);
      outcome.good = sample;
      return outcome;
    } catch (const Error& error) {
      // Neither the system's refusals nor a teacher's are the sample's fault.
      if (error.kind() == ErrorKind::io || error.kind() == ErrorKind::bad_model) throw;
      const std::string key = dataset_.key(sample);
      outcome.bad.push_back({sample, {key, without_key(error.what(), key)}});
    }
  }
  const auto begins = dataset_.source_begins();
  const auto source =
      std::upper_bound(begins.begin(), begins.end(), order_.at(position)) - begins.begin() - 1;
  fail(
      ErrorKind::bad_input,
      "{}: {} of {} samples tried one after the other could not be used, the last one, {}, because "
      "of \"{}\"; mend or leave out the source",
      dataset_.sources()[static_cast<size_t>(source)].path, attempts, attempts,
      outcome.bad.back().report.key, outcome.bad.back().report.why);
}

}  // namespace tandem
