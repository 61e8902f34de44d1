// The vector file: what is written comes back, and what is damaged is refused.
#include "search/vector_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "search/vectors.h"

namespace tandem_test {
namespace {

using namespace tandem;

TEST(VectorFile, GivesBackWhatWasWritten) {
  const ScratchFolder folder;
  for (const int64_t width : {1, 15, 16, 17, 192, 513})
    for (const int64_t rows : {0, 1, 2, 33}) {
      const Embeddings written = random_embeddings(rows, width, 1);
      const VectorFile file = file_of(folder.path("v"), written);
      ASSERT_EQ(file.rows(), rows);
      ASSERT_EQ(file.width(), width);
      EXPECT_EQ(file.source(), (VectorSource{.origin = kOrigin, .generation = 7}));
      for (int64_t i = 0; i < rows; ++i) {
        EXPECT_EQ(reinterpret_cast<uintptr_t>(file.floats(i)) % 64, 0u);
        EXPECT_EQ(file.row_of(3 * i + 1), i);
        for (int64_t k = 0; k < file.stride(); ++k)
          ASSERT_EQ(file.floats(i)[k], k < width ? written.row(i)[k] : 0.0f);
      }
      EXPECT_EQ(file.row_of(0), -1);
      EXPECT_EQ(file.row_of(3 * rows + 1), -1);
    }
}

TEST(VectorFile, BytesAreWithinHalfAStep) {
  const ScratchFolder folder;
  const Embeddings written = random_embeddings(9, 77, 2);
  const VectorFile file = file_of(folder.path("v"), written, VectorFormat::int8);
  std::vector<float> row(77);
  for (int64_t i = 0; i < 9; ++i) {
    file.copy_row(i, row.data());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(file.bytes(i)) % 64, 0u);
    for (int k = 0; k < 77; ++k)
      ASSERT_LE(std::abs(row[k] - written.row(i)[k]), file.scale(i) * 0.5001f);
  }
}

TEST(VectorFile, QuantisingSurvivesOddNumbers) {
  int8_t bytes[4];
  EXPECT_EQ(quantise(std::vector<float>{0, 0, 0, 0}, bytes), 0);
  EXPECT_EQ(bytes[0], 0);
  const float infinite = std::numeric_limits<float>::infinity();
  quantise(std::vector<float>{std::nanf(""), infinite, -1, 0.5f}, bytes);
  EXPECT_EQ(bytes[0], 0);
  EXPECT_EQ(bytes[1], 0);
  EXPECT_EQ(bytes[2], -127);
  quantise(std::vector<float>{1e-42f, 0, 0, 0}, bytes);
  EXPECT_EQ(bytes[0], 0);
}

TEST(VectorFile, EveryCutIsRefused) {
  const ScratchFolder folder;
  file_of(folder.path("v"), random_embeddings(5, 20, 3));
  const std::string whole = read_file(folder.path("v"));
  for (size_t length = 0; length < whole.size(); length += length + 200 < whole.size() ? 97 : 1) {
    const auto path = folder.write("cut", std::string_view(whole).substr(0, length));
    EXPECT_NE(refusal([&] { VectorFile::open(path); }), "") << length;
  }
  const auto longer = folder.write("long", whole + std::string(64, '\0'));
  EXPECT_NE(refusal([&] { VectorFile::open(longer); }), "");
}

TEST(VectorFile, EveryFlippedBitOutsideTheVectorsIsRefused) {
  const ScratchFolder folder;
  file_of(folder.path("v"), random_embeddings(3, 16, 4), VectorFormat::int8);
  const std::string whole = read_file(folder.path("v"));
  const size_t tail = 4096 + 3 * 64;
  for (size_t at = 0; at < whole.size(); at = at == 7 ? tail : at + 1) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    EXPECT_NE(refusal([&] { VectorFile::open(folder.write("d", damaged)); }), "") << at;
  }
}

TEST(VectorFile, IdsMustAscendAndWidthsAgree) {
  const ScratchFolder folder;
  const std::vector<float> two = {1, 0}, three = {1, 0, 0};
  const auto write = [&](int64_t second, const std::vector<float>& vector) {
    return refusal([&] {
      write_vector_file(folder.path("v"), VectorFormat::f32, kOrigin, 2, [&](const auto& each) {
        each(5, two);
        each(second, vector);
        return int64_t{1};
      });
    });
  };
  EXPECT_EQ(write(6, two), "");
  EXPECT_NE(write(5, two), "");
  EXPECT_NE(write(6, three), "");
  // What failed left the file of before.
  EXPECT_EQ(VectorFile::open(folder.path("v")).rows(), 2);
}

}  // namespace
}  // namespace tandem_test
