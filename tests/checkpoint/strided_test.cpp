#include "checkpoint/strided.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "base/scratch_folder.h"

namespace tandem {
namespace {

using tandem_test::refusal;

// A storage of the numbers 0 to 23.
const std::vector<float>& storage() {
  static const std::vector<float> numbers = [] {
    std::vector<float> values(24);
    std::iota(values.begin(), values.end(), 0.0f);
    return values;
  }();
  return numbers;
}

StridedTensor tensor(int64_t offset, Shape shape, Shape strides) {
  return {DType::f32, std::as_bytes(std::span(storage())), offset, std::move(shape),
          std::move(strides)};
}

std::vector<float> copy_of(const StridedTensor& strided) {
  check_strided(strided, "x");
  const std::vector<std::byte> bytes = contiguous_copy(strided);
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

TEST(Strided, ContiguousTensorsStayInPlace) {
  const auto place = [](const StridedTensor& strided) -> int64_t {
    check_strided(strided, "x");
    const auto bytes = contiguous_bytes(strided);
    return bytes ? (bytes->data() - strided.storage.data()) / 4 : -1;
  };
  EXPECT_EQ(place(tensor(0, {4, 6}, {6, 1})), 0);
  EXPECT_EQ(place(tensor(6, {3, 6}, {6, 1})), 6);
  EXPECT_EQ(place(tensor(23, {}, {})), 23);
  EXPECT_EQ(place(tensor(24, {0, 5}, {5, 1})), 24);
  EXPECT_EQ(place(tensor(3, {1, 4, 1}, {INT64_MAX, 1, 0})), 3);  // strides of single places
  EXPECT_EQ(place(tensor(0, {6, 4}, {1, 6})), -1);
  EXPECT_EQ(place(tensor(0, {4, 5}, {6, 1})), -1);
}

TEST(Strided, OthersAreCopiedRowByRow) {
  EXPECT_EQ(copy_of(tensor(0, {2, 3}, {1, 2})), (std::vector<float>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(copy_of(tensor(1, {2, 2}, {12, 5})), (std::vector<float>{1, 6, 13, 18}));
  EXPECT_EQ(copy_of(tensor(0, {2, 1, 2}, {3, INT64_MAX, 1})), (std::vector<float>{0, 1, 3, 4}));
  EXPECT_EQ(copy_of(tensor(0, {2, 0, 2}, {3, 7, 1})), (std::vector<float>{}));
}

TEST(Strided, RefusesPlacesOutsideOfTheStorage) {
  const std::vector<StridedTensor> outside = {
      tensor(-1, {1}, {1}),
      tensor(25, {}, {}),
      tensor(24, {}, {}),
      tensor(1, {4, 6}, {6, 1}),
      tensor(0, {25}, {1}),
      tensor(0, {2}, {24}),
      tensor(0, {2}, {-1}),
      tensor(0, {2}, {INT64_MAX}),
      tensor(0, {2, 2}, {INT64_MAX, INT64_MAX - 1}),
      tensor(INT64_MAX, {2}, {1}),
      tensor(25, {0}, {1}),
      tensor(0, {int64_t{1} << 40}, {1}),
      tensor(0, {int64_t{1} << 40}, {int64_t{1} << 40}),
  };
  for (const StridedTensor& strided : outside)
    EXPECT_NE(refusal([&] { check_strided(strided, "x"); }).find("outside of its storage"),
              std::string::npos)
        << to_string(strided.shape) << to_string(strided.strides);
  EXPECT_NE(refusal([&] { check_strided(tensor(0, {1, -2}, {1, 1}), "x"); }), "");
}

TEST(Strided, RefusesElementsThatShareMemory) {
  for (const StridedTensor& strided :
       {tensor(0, {2, 3}, {0, 1}), tensor(0, {2, 3}, {1, 1}), tensor(0, {3, 2}, {1, 2}),
        tensor(0, {int64_t{1} << 30, int64_t{1} << 20}, {0, 0})})
    EXPECT_NE(refusal([&] { check_strided(strided, "x"); }).find("share memory"), std::string::npos)
        << to_string(strided.shape) << to_string(strided.strides);
}

}  // namespace
}  // namespace tandem
