// CSV, TSV, JSON Lines and folders of pictures, as people have them.
#include <gtest/gtest.h>

#include <filesystem>

#include "data/base64.h"
#include "data/csv.h"
#include "data/data_builder.h"
#include "data/dataset.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using namespace tandem_test;
using Texts = std::vector<std::string>;

std::string as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Csv, RowsEndWhereNoQuoteIsOpen) {
  const struct {
    std::string text;
    std::vector<Texts> rows;
  } cases[] = {
      {"a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
      {"a,b\r\nc", {{"a", "b"}, {"c"}}},
      {"\"a,\n\"\"x\"\"\",b\n", {{"a,\n\"x\"", "b"}}},
      {"a \"quoted\" word,b\nc", {{"a \"quoted\" word", "b"}, {"c"}}},
      {"5\" pipe,\"\",\n", {{"5\" pipe", "", ""}}},
      {"5\" pipe\nc\n", {{"5\" pipe"}, {"c"}}},
      {"\"a\"b,c\n", {{"ab", "c"}}},
      {"\"\"\"\"\n\"\"\n", {{"\""}, {""}}},
  };
  for (const auto& c : cases) {
    CsvRowFinder finder(',');
    std::vector<Texts> rows;
    std::string row;
    for (const char letter : c.text) {
      row += letter;
      if (!finder.ends_row(letter)) continue;
      rows.push_back(parse_csv_row(row, ','));
      row.clear();
    }
    if (!row.empty()) rows.push_back(parse_csv_row(row, ','));
    EXPECT_EQ(rows, c.rows) << c.text;
  }
}

TEST(Base64, IsDecodedStrictly) {
  const struct {
    std::string letters;
    std::optional<std::string> bytes;
  } cases[] = {{"", ""},
               {"Zg==", "f"},
               {"Zm8", "fo"},
               {"Zm9v", "foo"},
               {"Zm9v\nYg==\n", "foob"},
               {"+/8=", "\xfb\xff"},
               {"Z", std::nullopt},
               {"Zm9v!", std::nullopt},
               {"Zm=v", std::nullopt}};
  for (const auto& c : cases) {
    const auto bytes = decode_base64(c.letters);
    ASSERT_EQ(bytes.has_value(), c.bytes.has_value()) << c.letters;
    if (bytes) {
      EXPECT_EQ(as_text(*bytes), *c.bytes);
    }
  }
}

TEST(Table, CsvRowsNamePicturesAndTexts) {
  const ScratchFolder folder;
  fs::create_directories(folder.path("pictures"));
  folder.write("pictures/a.png", "A");
  folder.write("pictures/b.png", "B");
  const std::string path = folder.write("pairs.csv",
                                        "\xef\xbb\xbf"
                                        "filepath,title,kind\n"
                                        "pictures/a.png,\"a cat, \"\"sitting\"\"\nhere\",x\n"
                                        "\n"
                                        "pictures/b.png,a dog,y\r\n"
                                        "pictures/none.png,gone,y\n"
                                        "pictures/a.png,too,many,cells\n"
                                        "pictures/a.png\n");
  const Dataset data = open_source(folder, {.path = path});
  ASSERT_EQ(data.size(), 5);
  const Sample first = data.read(0), second = data.read(1);
  EXPECT_EQ(first.key, "pairs.csv: line 2");
  EXPECT_EQ(as_text(first.picture), "A");
  EXPECT_EQ(texts_of_sample(first), Texts{"a cat, \"sitting\"\nhere"});
  EXPECT_EQ(second.key, "pairs.csv: line 5");
  EXPECT_EQ(data.key(1), second.key);
  EXPECT_EQ(texts_of_sample(second), Texts{"a dog"});
  const struct {
    int64_t sample;
    std::string says;
  } cases[] = {{2, "line 6: there is no picture \"pictures/none.png\""},
               {3, "line 7: has 4 cells"},
               {4, "line 8: has no text"}};
  for (const auto& c : cases) {
    const std::string said = refusal([&] { data.read(c.sample); });
    EXPECT_NE(said.find("pairs.csv: " + c.says), std::string::npos) << said;
  }
  const Dataset dogs = open_source(folder, {.path = path, .where = {{"kind", {"y"}}}});
  EXPECT_EQ(dogs.size(), 3) << "two rows, and the damaged one, which is named when it is read";
}

TEST(Table, TabsSeparateWhereTheFirstLineHasThem) {
  const ScratchFolder folder;
  folder.write("a.png", "A");
  const std::string rows = "path\tcaption\na.png\tone, two\n";
  for (const char* name : {"pairs.tsv", "pairs.csv"}) {
    const Dataset data = open_source(folder, {.path = folder.write(name, rows)});
    EXPECT_EQ(texts_of_sample(data.read(0)), Texts{"one, two"}) << name;
  }
}

TEST(Table, JsonLinesHoldListsAndBase64) {
  const ScratchFolder folder;
  fs::create_directories(folder.path("p"));
  folder.write("p/a.png", "A");
  const std::string picture = small_png(3);
  const std::string path =
      folder.write("pairs.jsonl",
                   "{\"image\": \"p/a.png\", \"captions\": [\"one\", \"two\"], \"label\": 3}\n"
                   "{\"image\": \"data:image/png;base64,Zm9v\", \"text\": \"three\"}\n"
                   "{\"image\": \"" +
                       std::string(60, 'Q') +
                       "\", \"text\": \"four\"}\n"
                       "{\"image\": \"https://example.org/a.png\", \"text\": \"five\"}\n"
                       "{\"image\": \"data:image/png;base64,!\", \"text\": \"six\"}\n"
                       "{broken\n"
                       "{\"url\": \"https://example.org/a.png\", \"text\": \"seven\"}\n"
                       "{\"text\": \"eight\"}");
  const Dataset data = open_source(folder, {.path = path});
  ASSERT_EQ(data.size(), 8);
  EXPECT_EQ(texts_of_sample(data.read(0)), (Texts{"one", "two"}));
  EXPECT_EQ(data.read(0).label, "3");
  EXPECT_EQ(as_text(data.read(1).picture), "foo");
  EXPECT_EQ(data.read(2).picture.size(), 45u);
  const struct {
    int64_t sample;
    std::string says;
  } cases[] = {{3,
                "line 4: its picture is the address https://example.org/a.png, and Tandem "
                "downloads nothing"},
               {4, "line 5: its picture is a data address without whole base64"},
               {5, "line 6: is no JSON"},
               {6, "line 7: has its picture as an address (url) alone"},
               {7, "line 8: names no picture"}};
  for (const auto& c : cases) {
    const std::string said = refusal([&] { data.read(c.sample); });
    EXPECT_NE(said.find("pairs.jsonl: " + c.says), std::string::npos) << said;
  }
}

TEST(Table, WhatNoRowCouldGiveIsSaidAtOnce) {
  const ScratchFolder folder;
  const struct {
    std::string name, text, says;
  } cases[] = {
      {"urls.csv", "url,caption\nhttps://x/a.jpg,a\n", "Tandem downloads nothing"},
      {"columns.csv", "picture,caption\na.jpg,a\n", "names no picture (looked for image, filepath"},
      {"empty.csv", "path,caption\n", "has no sample"},
      {"quote.csv", "path,caption\na.png,\"open\nb.png,c\n",
       "line 2 has a quote that is not closed"},
      {"empty.jsonl", "\n\n", "has no sample"},
      {"list.jsonl", "[1]\n", "is no JSON object"},
  };
  for (const auto& c : cases) {
    const std::string path = folder.write(c.name, c.text);
    const std::string said = refusal([&] { open_source(folder, {.path = path}); });
    EXPECT_NE(said.find(c.says), std::string::npos) << said << "\nwanted: " << c.says;
    EXPECT_NE(said.find(c.name), std::string::npos) << said;
  }
}

TEST(Folder, PicturesHaveTextsBesideThem) {
  const ScratchFolder folder;
  fs::create_directories(folder.path("data/sub/.hidden"));
  folder.write("data/b.jpg", "B");
  folder.write("data/b.txt", "a boat\n");
  folder.write("data/sub/a.v2.PNG", "A");
  folder.write("data/sub/a.v2.json", R"({"text": ["x", "y"], "label": "own"})");
  folder.write("data/alone.jpg", "no text");
  folder.write("data/._b.jpg", "a resource fork");
  folder.write("data/sub/.hidden/c.jpg", "C");
  folder.write("data/notes.txt", "no picture");
  const Dataset data = open_source(folder, {.path = folder.path("data/")});
  ASSERT_EQ(data.size(), 2);
  EXPECT_EQ(data.key(0), "data: b.jpg");
  EXPECT_EQ(texts_of_sample(data.read(0)), Texts{"a boat"});
  EXPECT_EQ(as_text(data.read(0).picture), "B");
  EXPECT_FALSE(data.read(0).label);
  EXPECT_EQ(data.key(1), "data: sub/a.v2.PNG");
  EXPECT_EQ(texts_of_sample(data.read(1)), (Texts{"x", "y"}));
  EXPECT_EQ(data.read(1).label, "own");
}

TEST(Folder, OneFolderAClassGivesLabels) {
  const ScratchFolder folder;
  for (const char* name : {"cat/1.jpg", "cat/deep/2.jpg", "dog/1.jpg"}) {
    fs::create_directories(fs::path(folder.path(std::string("data/") + name)).parent_path());
    folder.write(std::string("data/") + name, name);
  }
  const SourceConfig config{.path = folder.path("data"), .templates = {"a photo of a {}."}};
  const Dataset data = open_source(folder, config);
  ASSERT_EQ(data.size(), 3);
  EXPECT_EQ(data.read(1).label, "cat");
  EXPECT_EQ(texts_of_sample(data.read(2)), Texts{"a photo of a dog."});
  EXPECT_EQ(open_source(folder, {.path = folder.path("data")}, false).read(2).label, "dog");
  EXPECT_EQ(open_source(folder, {.path = folder.path("data"), .where = {{"label", {"cat"}}}}, false)
                .size(),
            2);
  EXPECT_NE(
      refusal([&] { open_source(folder, {.path = folder.path("data")}); }).find("has no sample"),
      std::string::npos)
      << "labels alone are no texts";
}

TEST(Folder, AFingerprintChangesWithTheFiles) {
  const ScratchFolder folder;
  fs::create_directories(folder.path("data"));
  folder.write("data/a.jpg", "A");
  folder.write("data/a.txt", "a");
  const auto fingerprint = [&] {
    return open_source(folder, {.path = folder.path("data")}).fingerprint();
  };
  const std::string before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  folder.write("data/a.jpg", "longer");
  EXPECT_NE(fingerprint(), before);
}

TEST(Pipe, ACommandRunsOnceAndIsReadLikeAnyTar) {
  const ScratchFolder folder;
  folder.write("t-1.tar", tar_of_samples(3));
  folder.write("t-2.tar", tar_of_samples(2));
  const std::string command =
      "pipe:echo x >> " + folder.path("runs") + "; cat " + folder.path("t-{1..2}.tar");
  for (int again = 0; again < 2; ++again) {
    const Dataset data = open_source(folder, {.path = command});
    EXPECT_EQ(data.size(), 5);
    EXPECT_EQ(texts_of_sample(data.read(4))[0], "a cat 001");
    EXPECT_NE(data.key(4).find("pipe:echo x"), std::string::npos) << data.key(4);
  }
  EXPECT_EQ(fs::file_size(folder.path("runs")), 4u) << "two commands, each once";
}

TEST(Pipe, AFailingCommandIsNamedWithItsStatusAndLastWord) {
  const ScratchFolder folder;
  const struct {
    std::string command, says;
  } cases[] = {
      {"echo first >&2; echo 'no such bucket' >&2; exit 3",
       "ended with exit status 3 (no such bucket)"},
      {"kill -9 $$", "was ended by signal 9"},
      {"true", "wrote nothing"},
      {"echo hello", "is truncated in a header"},
      {"tandem-has-no-such-program", "ended with exit status 127"},
  };
  for (const auto& c : cases) {
    for (int again = 0; again < 2; ++again) {
      const std::string said = refusal([&] { open_source(folder, {.path = "pipe:" + c.command}); });
      EXPECT_NE(said.find("pipe:" + c.command), std::string::npos) << said;
      EXPECT_NE(said.find(c.says), std::string::npos) << said << "\nwanted: " << c.says;
    }
  }
  for (const auto& kept : fs::directory_iterator(folder.path("cache")))
    EXPECT_EQ(kept.path().extension(), ".lock")
        << "nothing of a failed command is kept: " << kept.path();
}

}  // namespace
}  // namespace tandem
