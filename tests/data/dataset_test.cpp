// WebDataset tars as one collection of samples.
#include "data/dataset.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "data/data_builder.h"
#include "data/tar_index.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using namespace tandem_test;
using Texts = std::vector<std::string>;

std::string as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Dataset, SamplesAreMembersOfOneName) {
  const ScratchFolder folder;
  folder.write("a.tar", tar_of({{"00.jpg", "J0"},
                                {"00.json", R"({"text": ["one", "two"], "label": "cat"})"},
                                {"README", "no sample"},
                                {"dir/01.2.png", "P1"},
                                {"dir/01.txt", " a dog\n"},
                                {"dir/01.cls", "7\n"},
                                {"02.json", R"({"text": "without a picture"})"}}));
  const Dataset data = open_source(folder, {.path = folder.path("a.tar")});
  ASSERT_EQ(data.size(), 2);
  const Sample first = data.read(0), second = data.read(1);
  EXPECT_EQ(first.key, "a.tar: 00");
  EXPECT_EQ(as_text(first.picture), "J0");
  EXPECT_EQ(texts_of_sample(first), (Texts{"one", "two"}));
  EXPECT_EQ(first.texts[0].weight, 0.5) << "a list's elements share its weight";
  EXPECT_EQ(first.label, "cat");
  EXPECT_EQ(second.key, "a.tar: dir/01");
  EXPECT_EQ(data.key(1), second.key);
  EXPECT_EQ(as_text(second.picture), "P1");
  EXPECT_EQ(texts_of_sample(second), Texts{"a dog"});
  EXPECT_EQ(second.label, "7");
}

TEST(Dataset, ShardsAndSourcesStandInOrder) {
  const ScratchFolder folder;
  for (const char* name : {"t-08.tar", "t-09.tar", "t-10.tar", "other.tar"})
    folder.write(name, tar_of_samples(3));
  const std::vector<SourceConfig> sources = {{.path = folder.path("t-{08..10}.tar")},
                                             {.path = folder.path("o*.tar"), .weight = 2}};
  const Dataset data(sources, {.cache = folder.path("cache")});
  ASSERT_EQ(data.size(), 12);
  EXPECT_EQ(data.key(3), "t-09.tar: 000");
  EXPECT_EQ(data.key(11), "other.tar: 002");
  const std::vector<int64_t> begins(data.source_begins().begin(), data.source_begins().end());
  EXPECT_EQ(begins, (std::vector<int64_t>{0, 9, 12}));
  ASSERT_EQ(data.sources().size(), 2u);
  EXPECT_EQ(data.sources()[0].samples, 9);
  EXPECT_EQ(data.sources()[1].weight, 2);
  EXPECT_EQ(data.sources()[0].path, sources[0].path);
}

TEST(Dataset, TextsAreChosenByFieldAndWeight) {
  const std::string json =
      R"({"text": ["t0", "t1", ""], "meta": {"title": "deep", "n": [1, true]}, "a.b": "dotted",
          "caption": "c", "label": "cat"})";
  const ScratchFolder folder;
  const std::string path = folder.write(
      "a.tar", tar_of({{"0.jpg", "J"}, {"0.json", json}, {"0.txt", "file"}, {"0.cls", "3"}}));
  const struct {
    std::vector<TextChoice> choices;
    Texts templates;
    std::vector<WeightedText> expected;
  } cases[] = {
      {{}, {}, {{"t0", 0.5}, {"t1", 0.5}}},
      {{{"text[0]", 2}, {"txt", 1}}, {}, {{"t0", 2}, {"file", 1}}},
      {{{"text[7]"}, {"meta.title"}, {"none"}}, {}, {{"deep", 1}}},
      {{{"meta.n"}, {"a.b", 3}}, {}, {{"1", 0.5}, {"true", 0.5}, {"dotted", 3}}},
      {{{"caption"}}, {"a {}.", "the {}"}, {{"c", 1}, {"a cat.", 1}, {"the cat", 1}}},
      {{{"nothing"}}, {"{}!"}, {{"cat!", 2}}},
  };
  for (const auto& c : cases) {
    const Dataset data = open_source(
        folder, {.path = path, .texts = c.choices, .templates = c.templates, .template_weight = 2});
    const Sample sample = data.read(0);
    ASSERT_EQ(sample.texts.size(), c.expected.size());
    for (size_t i = 0; i < c.expected.size(); ++i) {
      EXPECT_EQ(sample.texts[i].text, c.expected[i].text);
      EXPECT_EQ(sample.texts[i].weight, c.expected[i].weight) << sample.texts[i].text;
    }
  }
}

TEST(Dataset, WhereKeepsSamplesByTheirFields) {
  const ScratchFolder folder;
  const std::string path = folder.write("a.tar", tar_of_samples(6, [](int i, Files& sample) {
                                          sample[1].second = fmt::format(
                                              R"({{"text": "x", "source": "{}", "year": {}}})",
                                              i % 2 ? "books" : "shop", 2000 + i);
                                        }));
  const auto keys = [&](std::map<std::string, std::vector<std::string>> where) {
    const Dataset data = open_source(folder, {.path = path, .where = std::move(where)});
    Texts keys;
    for (int64_t i = 0; i < data.size(); ++i) keys.push_back(data.key(i).substr(7));
    return keys;
  };
  EXPECT_EQ(keys({{"source", {"books"}}}), (Texts{"001", "003", "005"}));
  EXPECT_EQ(keys({{"source", {"books", "shop"}}, {"year", {"2001", "2002"}}}),
            (Texts{"001", "002"}));
  const std::string said = refusal([&] { keys({{"source", {"coco"}}}); });
  EXPECT_NE(said.find("source = coco"), std::string::npos) << said;
}

TEST(Dataset, ImageKeysChooseThePicture) {
  const ScratchFolder folder;
  const std::string path = folder.write(
      "a.tar", tar_of({{"0.left.png", "L"}, {"0.right.png", "R"}, {"0.RAW", "W"}, {"0.txt", "t"}}));
  const auto picture = [&](std::vector<std::string> keys) {
    return as_text(
        open_source(folder, {.path = path, .image_keys = std::move(keys)}).read(0).picture);
  };
  EXPECT_EQ(picture({}), "L");
  EXPECT_EQ(picture({"right.png", "left.png"}), "R");
  EXPECT_EQ(picture({"raw"}), "W");
  EXPECT_NE(refusal([&] { picture({"jpg"}); }).find("pictures called jpg"), std::string::npos);
}

TEST(Dataset, WhatASampleLacksIsSaidWithItsName) {
  const ScratchFolder folder;
  const std::string path = folder.write("a.tar", tar_of({{"0.jpg", "J"},
                                                         {"0.json", R"({"label": "cat"})"},
                                                         {"1.jpg", "J"},
                                                         {"1.json", "{"},
                                                         {"2.jpg", "J"},
                                                         {"2.json", "[]"},
                                                         {"3.jpg", "J"}}));
  const Dataset data = open_source(folder, {.path = path});
  ASSERT_EQ(data.size(), 3) << "a picture with no text file at all is no sample";
  EXPECT_NE(refusal([&] { data.read(0); }).find("a.tar: 0: has no text"), std::string::npos);
  EXPECT_NE(refusal([&] { data.read(1); }).find("a.tar: 1: is no JSON"), std::string::npos);
  EXPECT_NE(refusal([&] { data.read(2); }).find("a.tar: 2: is no JSON object"), std::string::npos);
  const Dataset labels = open_source(folder, {.path = path}, /*texts_required=*/false);
  EXPECT_EQ(labels.size(), 4);
  EXPECT_EQ(labels.read(0).label, "cat");
}

TEST(Dataset, AKeptIndexIsUsedUntilTheTarChanges) {
  const ScratchFolder folder;
  const std::string path = folder.write("a.tar", tar_of_samples(5));
  const auto read = [&] { return open_source(folder, {.path = path}).fingerprint(); };
  const std::string fresh = read();
  ASSERT_EQ(std::distance(fs::directory_iterator(folder.path("cache")), {}), 1);
  const std::string kept = fs::directory_iterator(folder.path("cache"))->path().string();
  EXPECT_EQ(read(), fresh);
  // One whose bytes are not whole is made anew.
  fs::resize_file(kept, fs::file_size(kept) - 1);
  EXPECT_EQ(read(), fresh);
  // The same samples at another time: indexed again, but the same data.
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(3));
  EXPECT_EQ(read(), fresh);
  folder.write("a.tar", tar_of_samples(6));
  EXPECT_NE(read(), fresh);
  EXPECT_EQ(open_source(folder, {.path = path}).size(), 6);
}

TEST(Dataset, AKeptIndexOfAnotherTimeOrOtherBytesIsNone) {
  const TarIndex index{{{0, 1024}, {2048, 600}}, std::string(32, 'f')};
  const std::string bytes = to_bytes(index, 4096, 5);
  const auto whole = parse_tar_index(bytes, 4096, 5);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->fingerprint, index.fingerprint);
  ASSERT_EQ(whole->samples.size(), 2u);
  EXPECT_EQ(whole->samples[1].offset, 2048u);
  EXPECT_EQ(whole->samples[1].size, 600u);
  EXPECT_FALSE(parse_tar_index(bytes, 4096, 6));
  EXPECT_FALSE(parse_tar_index(bytes, 4097, 5));
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string flipped = bytes;
    flipped[at] ^= 4;
    EXPECT_FALSE(parse_tar_index(flipped, 4096, 5)) << at;
    EXPECT_FALSE(parse_tar_index(bytes.substr(0, at), 4096, 5)) << at;
  }
}

TEST(Dataset, TheJsonCalledSoGoesBeforeOthers) {
  const ScratchFolder folder;
  const std::string path =
      folder.write("a.tar", tar_of({{"0.jpg", "J"},
                                    {"0.boxes.json", R"({"text": "boxes"})"},
                                    {"0.json", R"({"text": "caption"})"},
                                    {"0.more.json", R"({"text": "more"})"},
                                    {"1.jpg", "J"},
                                    {"1.meta.json", R"({"text": "only one"})"}}));
  const Dataset data = open_source(folder, {.path = path});
  EXPECT_EQ(texts_of_sample(data.read(0)), Texts{"caption"});
  EXPECT_EQ(texts_of_sample(data.read(1)), Texts{"only one"});
}

TEST(Dataset, ItsFingerprintIsOfTheDataAndOfWhatIsReadFromIt) {
  const ScratchFolder folder;
  folder.write("a.tar", tar_of_samples(4));
  fs::copy_file(folder.path("a.tar"), folder.path("moved.tar"));
  const auto fingerprint = [&](SourceConfig config) {
    return open_source(folder, std::move(config)).fingerprint();
  };
  const std::string plain = fingerprint({.path = folder.path("a.tar")});
  EXPECT_EQ(plain, fingerprint({.path = folder.path("moved.tar"), .weight = 3}));
  EXPECT_NE(plain, fingerprint({.path = folder.path("a.tar"), .texts = {{"text[0]"}}}));
}

TEST(Dataset, WhatIsNoSourceIsRefusedInOneSentence) {
  const ScratchFolder folder;
  const std::string tar = folder.write("a.tar", tar_of_samples(2));
  folder.write("cut.tar", tar_of_samples(2).substr(0, 550));
  const struct {
    SourceConfig config;
    std::string says;
  } cases[] = {
      {{.path = ""}, "has no path"},
      {{.path = folder.path("none.tar")}, "none.tar: cannot be read"},
      {{.path = folder.path("*.tgz")}, "no file has such a name"},
      {{.path = folder.path("a-{3..1}.tar")}, "runs backwards"},
      {{.path = folder.path("a-{0..9999999}.tar")}, "more than 1000000 paths"},
      {{.path = folder.path("cut.tar")}, "cut.tar: is truncated"},
      {{.path = tar, .weight = -1}, "weight"},
      {{.path = tar, .texts = {{"", 1}}}, "no field"},
      {{.path = tar, .templates = {"a photo"}}, "must have {} once"},
  };
  for (const auto& c : cases) {
    const std::string said = refusal([&] { open_source(folder, c.config); });
    EXPECT_NE(said.find(c.says), std::string::npos) << said << "\nwanted: " << c.says;
  }
}

TEST(Dataset, AnIndexTakesSixteenBytesASample) {
  // What is kept on disk is what stands in memory: 16 bytes a sample, and less than 200 in front.
  const ScratchFolder folder;
  open_source(folder, {.path = folder.write("a.tar", tar_of_samples(500))});
  EXPECT_LT(fs::file_size(fs::directory_iterator(folder.path("cache"))->path()), 200 + 16 * 500u);
}

}  // namespace
}  // namespace tandem
