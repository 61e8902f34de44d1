// Embeddings leave a library in forms that other programs read.
#include "index/export.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/files.h"
#include "checkpoint/npy.h"
#include "index/connection.h"
#include "index/embedding_code.h"
#include "index/export_text.h"
#include "index/picture_folder.h"
#include "index/picture_writes.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;

class Export : public ::testing::Test {
 protected:
  Export() : library_(Library::open_for_writing(folder_.path("library.db"))) {
    auto& connection = library_.connection();
    const int64_t space = put_space(
        connection, {.fingerprint = {"s", "{}"}, .model = "m", .width = 2, .logit_scale = 100});
    PictureRecord plain{.path = "/a/plain.jpg",
                        .size = 10,
                        .modified_ns = 1'000'000'000,
                        .hash = std::string(16, '\x0f'),
                        .width = 3,
                        .height = 2,
                        .taken_at = 86'400,
                        .latitude = 1.5,
                        .longitude = -2.5};
    PictureRecord odd{.path = "/a/\\N,\"odd\"\t\xe9\n.jpg",
                      .size = 11,
                      .hash = std::string(16, '\0'),
                      .width = 3,
                      .height = 2};
    const std::vector<float> along{1, 0}, across{0, -1};
    const int64_t first = insert_picture(connection, plain, 1);
    const int64_t second = insert_picture(connection, odd, 1);
    set_tags(connection, first, {"a \"dog\"", "back\\slash"});
    for (const auto& [id, values] : {std::pair{first, along}, std::pair{second, across}}) {
      const EmbeddingCode code = encode_embedding(values, EmbeddingStore::f16);
      put_embedding(connection, id, {space, code.scale, code.bytes});
    }
  }

  std::string exported(const std::string& name) {
    const std::string path = folder_.path(name);
    EXPECT_EQ(export_library(library_, chosen_space(library_, std::nullopt), path,
                             *export_format_of(path)),
              2);
    return read_file(path);
  }

  ScratchFolder folder_;
  Library library_;
};

TEST_F(Export, NpyHasARowForEachLineBesideIt) {
  exported("out.npy");
  const NpyFile file = read_npy(folder_.path("out.npy"));
  EXPECT_EQ(file.array.shape, (Shape{2, 2}));
  const auto* values = reinterpret_cast<const float*>(file.array.bytes.data());
  EXPECT_EQ((std::vector<float>(values, values + 4)), (std::vector<float>{1, 0, 0, -1}));
  std::istringstream lines(read_file(folder_.path("out.npy.jsonl")));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(nlohmann::json::parse(line)["path"], "/a/plain.jpg");
  EXPECT_FALSE(nlohmann::json::parse(line).contains("embedding"));
}

TEST_F(Export, JsonLinesKeepWhatIsNoUtf8InDigits) {
  std::istringstream lines(exported("out.jsonl"));
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  const auto plain = nlohmann::json::parse(first), odd = nlohmann::json::parse(second);
  EXPECT_EQ(plain["embedding"], (std::vector<double>{1, 0}));
  EXPECT_EQ(plain["tags"], (std::vector<std::string>{"a \"dog\"", "back\\slash"}));
  EXPECT_EQ(plain["hash"], "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f");
  EXPECT_FALSE(plain.contains("path_hex"));
  EXPECT_EQ(odd["path_hex"], "2f612f5c4e2c226f64642209e90a2e6a7067");
  EXPECT_TRUE(odd["taken_at"].is_null());
}

TEST_F(Export, CsvQuotesWhatItMust) {
  const std::string text = exported("out.csv");
  EXPECT_TRUE(text.starts_with("id,path,path_hex,"));
  EXPECT_NE(text.find("\"/a/\\N,\"\"odd\"\"\t\xef\xbf\xbd\n.jpg\""), std::string::npos) << text;
  EXPECT_NE(text.find(",\"[1,0]\"\r\n"), std::string::npos);
}

TEST_F(Export, CopyTextEscapesWhatPostgresqlWouldRead) {
  const std::string text = exported("out.sql");
  EXPECT_NE(text.find("embedding vector(2) NOT NULL"), std::string::npos);
  EXPECT_NE(text.find("\n1\t/a/plain.jpg\t\\\\x2f61"), std::string::npos) << text;
  EXPECT_NE(text.find("\t1970-01-01 00:00:01+00\t"), std::string::npos);
  EXPECT_NE(text.find("\t1970-01-02 00:00:00\t1.5\t-2.5\t"), std::string::npos);
  EXPECT_NE(text.find(R"({"a \\"dog\\"","back\\\\slash"})"), std::string::npos) << text;
  EXPECT_NE(text.find("\n2\t/a/\\\\N,\"odd\"\\t\xef\xbf\xbd\\n.jpg\t"), std::string::npos);
  EXPECT_NE(text.find("\t\\N\t\\N\t\\N\t{}\t[0,-1]\n\\.\nCOMMIT;\n"), std::string::npos) << text;
}

TEST_F(Export, WrongSpacesAndNamesAreRefused) {
  EXPECT_FALSE(export_format_of("out.xml"));
  EXPECT_NE(refusal([&] { chosen_space(library_, 9); }).find("choose one of: 1 (m)"),
            std::string::npos);
}

TEST(CleanUtf8, ReplacesWhatIsNone) {
  EXPECT_EQ(clean_utf8("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(clean_utf8(std::string("a\0b", 3)),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(clean_utf8("\xff"), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace tandem
