// A teacher's embeddings, stored and found again for the pixels and texts that were drawn.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>

#include "base/files.h"
#include "data/data_builder.h"
#include "data/feeder.h"
#include "data/teacher_store.h"
#include "text/tiny_vocabulary.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using namespace tandem_test;

constexpr int kWidth = 4;
const Augmentation kViews{.scale_min = 0.3, .flip = 0.5, .contrast = 0.3};

/// Of a picture: its mean by thirds; of a text: its length and letters.
void embed(const RgbImage& picture, float* out) {
  for (int part = 0; part < kWidth; ++part) {
    const size_t count = picture.pixels.size() / kWidth;
    const auto begin = picture.pixels.begin() + static_cast<std::ptrdiff_t>(part * count);
    out[part] =
        static_cast<float>(std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(count), 0)) /
        static_cast<float>(255 * count);
  }
}
void embed(const std::string& text, float* out) {
  for (int i = 0; i < kWidth; ++i)
    out[i] =
        static_cast<float>(static_cast<uint8_t>(text[text.size() - 1 - static_cast<size_t>(i)])) /
        256;
}

struct CountedTeacher {
  int pictures = 0, texts = 0;
  Teacher teacher() {
    Teacher teacher{.fingerprint = "a teacher", .width = kWidth, .logit_scale = 50.5};
    teacher.preprocess.width = teacher.preprocess.height = 6;
    teacher.encode_pictures = [this](std::span<const RgbImage> all, float* out) {
      pictures += static_cast<int>(all.size());
      for (const RgbImage& picture : all) embed(picture, out), out += kWidth;
    };
    teacher.encode_texts = [this](std::span<const std::string> all, float* out) {
      texts += static_cast<int>(all.size());
      for (const std::string& text : all) embed(text, out), out += kWidth;
    };
    return teacher;
  }
};

/// Sample 2 is damaged; all share a second text.
std::string tar(int count) {
  return tar_of_samples(count, [](int i, Files& sample) {
    sample[1].second = fmt::format(R"({{"text": ["caption {}", "the same for all"]}})", i);
    if (i == 2) sample[0].second = "no picture";
  });
}

void write(const std::string& path, const Dataset& data, CountedTeacher& counted,
           uint64_t seed = 9) {
  write_teacher_store(path, data, counted.teacher(), kViews, 3, seed, {});
}

TEST(TeacherStore, EmbeddingsAreOfTheViewsAndTexts) {
  const ScratchFolder folder;
  const Dataset data = open_source(folder, {.path = folder.write("a.tar", tar(7))});
  CountedTeacher counted;
  write(folder.path("store"), data, counted);
  EXPECT_EQ(counted.pictures, 6 * 3);
  EXPECT_EQ(counted.texts, 6 + 1) << "a text that comes again is encoded once";
  const TeacherStore store(folder.path("store"), data);
  EXPECT_EQ(store.width(), kWidth);
  EXPECT_EQ(store.views(), 3);
  EXPECT_EQ(store.logit_scale(), 50.5);
  EXPECT_EQ(describe(store.augmentation()), describe(kViews));
  for (const int64_t sample : {0, 1, 6}) {
    const Sample read = data.read(sample);
    float expected[kWidth], got[kWidth];
    for (int view = 0; view < 3; ++view) {
      embed(augment(decode_image(read.picture, "x"), kViews, counted.teacher().preprocess,
                    store.view_seed(sample, view), "x"),
            expected);
      store.image_embedding(sample, view, got);
      for (int i = 0; i < kWidth; ++i) EXPECT_NEAR(got[i], expected[i], 0x1p-12);  // f16 below 1
    }
    for (int text = 0; text < 2; ++text) {
      embed(read.texts[static_cast<size_t>(text)].text, expected);
      store.text_embedding(sample, text, got);
      for (int i = 0; i < kWidth; ++i) EXPECT_NEAR(got[i], expected[i], 0x1p-12);
    }
    EXPECT_THROW(store.text_embedding(sample, 2, got), Error);
  }
}

TEST(TeacherStore, TheFeederDrawsAStoredViewAndItsTextsEmbedding) {
  const ScratchFolder folder;
  const Dataset data = open_source(folder, {.path = folder.write("a.tar", tar(9))});
  CountedTeacher counted;
  write(folder.path("store"), data, counted);
  const TeacherStore store(folder.path("store"), data);
  const Order order(data.source_begins(), std::vector<double>{1}, 5);
  const Tokenizer tokenizer = Tokenizer::load(tiny_bpe(folder));
  FeederOptions options;
  options.preprocess = counted.teacher().preprocess;
  options.context_length = 40;
  options.teacher = &store;
  Feeder feeder(data, order, tokenizer, {.steps = 4, .batch_size = 9, .micro_batch = 9}, options);
  std::set<int> views, texts;
  for (int step = 0; step < 4; ++step) {
    const MicroBatch batch = feeder.next();
    ASSERT_EQ(batch.teacher_images.size(), 9u * kWidth);
    for (int64_t i = 0; i < batch.size; ++i) {
      const int64_t sample = std::stoi(batch.keys[static_cast<size_t>(i)].substr(7));
      EXPECT_NE(sample, 2) << "a sample without embeddings is never drawn";
      const Sample read = data.read(sample);
      // The view whose pixels these are has these embeddings.
      int found = 0;
      for (int view = 0; view < 3; ++view) {
        const RgbImage picture = augment(decode_image(read.picture, "x"), kViews,
                                         options.preprocess, store.view_seed(sample, view), "x");
        std::vector<float> pixels(3 * 6 * 6), embedding(kWidth);
        normalise(picture, options.preprocess, pixels.data());
        store.image_embedding(sample, view, embedding.data());
        if (!std::equal(pixels.begin(), pixels.end(), batch.pixels.begin() + i * 108)) continue;
        ++found;
        views.insert(view);
        EXPECT_TRUE(std::equal(embedding.begin(), embedding.end(),
                               batch.teacher_images.begin() + i * kWidth));
      }
      EXPECT_GE(found, 1);
      for (int text = 0; text < 2; ++text) {
        std::vector<int32_t> ids =
            tokenizer.encode_row(read.texts[static_cast<size_t>(text)].text, 40).ids;
        ids.resize(40, tokenizer.pad_id());
        if (!std::equal(ids.begin(), ids.end(), batch.tokens.begin() + i * 40)) continue;
        std::vector<float> embedding(kWidth);
        store.text_embedding(sample, text, embedding.data());
        EXPECT_TRUE(std::equal(embedding.begin(), embedding.end(),
                               batch.teacher_texts.begin() + i * kWidth));
        texts.insert(text);
      }
    }
  }
  EXPECT_EQ(views.size(), 3u);
  EXPECT_EQ(texts.size(), 2u);
}

TEST(TeacherStore, WritingGoesOnWhereItStopped) {
  const ScratchFolder folder;
  const Dataset data = open_source(folder, {.path = folder.write("a.tar", tar(1500))});
  CountedTeacher counted;
  Teacher failing = counted.teacher();
  failing.encode_pictures = [&](std::span<const RgbImage> all, float* out) {
    if (counted.pictures > 3500) throw Error(ErrorKind::io, "the machine is going down");
    for (const RgbImage& picture : all) embed(picture, out), out += kWidth;
    counted.pictures += static_cast<int>(all.size());
  };
  EXPECT_THROW(write_teacher_store(folder.path("store"), data, failing, kViews, 3, 9, {}), Error);
  EXPECT_NE(refusal([&] { TeacherStore(folder.path("store"), data); }).find("not finished"),
            std::string::npos);
  counted.pictures = 0;
  write(folder.path("store"), data, counted);
  EXPECT_EQ(counted.pictures, (1500 - 1024) * 3) << "the first part is kept";
  counted.pictures = counted.texts = 0;
  int64_t told = 0;
  write_teacher_store(folder.path("store"), data, counted.teacher(), kViews, 3, 9,
                      [&](int64_t done, int64_t total) {
                        told = done;
                        EXPECT_EQ(total, 1500);
                      });
  EXPECT_EQ(told, 1500);
  EXPECT_EQ(counted.pictures + counted.texts, 0) << "a whole store is left as it is";
  const TeacherStore store(folder.path("store"), data);
  float got[kWidth], expected[kWidth];
  store.text_embedding(1499, 0, got);
  embed("caption 1499", expected);
  EXPECT_NEAR(got[0], expected[0], 0x1p-12);
}

TEST(TeacherStore, WhatDoesNotBelongTogetherIsRefused) {
  const ScratchFolder folder;
  const std::string path = folder.write("a.tar", tar(4));
  const Dataset data = open_source(folder, {.path = path});
  const Dataset other = open_source(folder, {.path = path, .texts = {{"text[0]"}}});
  CountedTeacher counted;
  const std::string store = folder.path("store");
  write(store, data, counted);
  EXPECT_NE(refusal([&] { TeacherStore(store, other); }).find("other texts"), std::string::npos);
  EXPECT_NE(refusal([&] { write(store, data, counted, 10); }).find("choose another folder"),
            std::string::npos);
  EXPECT_NE(refusal([&] { TeacherStore(folder.path("none"), data); }), "");
  const std::string part = store + "/part-00000.f16";
  const auto size = fs::file_size(part);
  const std::string whole = read_file(part);
  std::string fewer = whole;
  --fewer[8 + 32 + 16 + 4 * 8];  // where the texts of all four samples end
  write_file(part, fewer);
  EXPECT_NE(refusal([&] { TeacherStore(store, data); }).find("is damaged"), std::string::npos);
  write_file(part, whole);
  EXPECT_EQ(refusal([&] { TeacherStore(store, data); }), "");
  for (const uintmax_t cut : {size - 1, size - 2 * kWidth, uintmax_t{60}, uintmax_t{0}}) {
    fs::resize_file(part, cut);
    EXPECT_NE(refusal([&] { TeacherStore(store, data); }).find("part-00000.f16: is damaged"),
              std::string::npos)
        << cut;
  }
  CountedTeacher again;
  write(store, data, again);
  EXPECT_EQ(again.pictures, 9) << "a damaged part is made again";
  folder.write("store/teacher.json",
               "{\"format\": \"tandem teacher store 1\", \"width\": \"wide\"}");
  EXPECT_NE(refusal([&] { TeacherStore(store, data); }).find("lacks a field"), std::string::npos);
}

TEST(TeacherStore, ATeacherThatGivesNoNumbersIsRefused) {
  const ScratchFolder folder;
  const Dataset data = open_source(folder, {.path = folder.write("a.tar", tar(2))});
  CountedTeacher counted;
  Teacher broken = counted.teacher();
  broken.encode_texts = [](std::span<const std::string> all, float* out) {
    std::fill_n(out, all.size() * kWidth, std::nanf(""));
  };
  const std::string said =
      refusal([&] { write_teacher_store(folder.path("store"), data, broken, kViews, 1, 9, {}); });
  EXPECT_NE(said.find("not finite"), std::string::npos) << said;
}

}  // namespace
}  // namespace tandem
