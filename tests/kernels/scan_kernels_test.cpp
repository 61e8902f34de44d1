// Every instruction set's scan against the plain loop.
#include "kernels/scan_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace tandem_test {
namespace {

using namespace tandem::cpu;

/// Numbers that begin at a multiple of 64 bytes, as the kernels ask.
template <class T>
class Aligned {
 public:
  explicit Aligned(int64_t count)
      : values_(static_cast<T*>(std::aligned_alloc(64, (count * sizeof(T) + 63) / 64 * 64)),
                &std::free) {}
  T* data() const { return values_.get(); }

 private:
  std::unique_ptr<T, decltype(&std::free)> values_;
};

std::vector<const ScanKernels*> kernels() {
  const ScanKernels* found[4];
  return {found, found + available_scan_kernels(found)};
}

template <class T, class Draw>
Aligned<T> drawn(int64_t count, Draw draw) {
  Aligned<T> values(count);
  for (int64_t i = 0; i < count; ++i) values.data()[i] = draw();
  return values;
}

template <class T>
std::vector<const T*> pointers(const T* rows, int64_t count, int64_t width) {
  std::vector<const T*> found;
  for (int64_t i = 0; i < count; ++i) found.push_back(rows + (count - 1 - i) * width);
  return found;
}

// Sums of `width` products of numbers below 1 in f32: each of width additions is off by at most
// 2^-24 of a partial sum, which is at most width.
double tolerance(int64_t width) { return std::ldexp(static_cast<double>(width * width), -24) / 16; }

TEST(ScanKernels, FloatsEqualThePlainLoop) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (const auto* kernel : kernels())
    for (const int64_t width : {16, 48, 192, 512})
      for (const int64_t rows : {1, 2, 5, 7, 24, 61})
        for (const int64_t count : {1, 2, 3, 4, 6, 8, 13, 15}) {
          const auto draw = [&] { return uniform(random); };
          const auto all = drawn<float>(rows * width, draw),
                     asked = drawn<float>(count * width, draw);
          const auto at = pointers(all.data(), rows, width);
          std::vector<float> scores(rows * count, 99);
          kernel->floats({at.data(), rows, asked.data(), count, width, scores.data()});
          for (int64_t r = 0; r < rows; ++r)
            for (int64_t q = 0; q < count; ++q) {
              double sum = 0;
              for (int64_t i = 0; i < width; ++i)
                sum += double{at[r][i]} * asked.data()[q * width + i];
              ASSERT_NEAR(scores[r * count + q], sum, tolerance(width))
                  << kernel->name << " width " << width << " row " << r << " query " << q;
            }
        }
}

TEST(ScanKernels, BytesAreExactAtTheirLimits) {
  std::mt19937 random(2);
  std::uniform_int_distribution<int> uniform(-127, 127);
  for (const bool extreme : {false, true})
    for (const auto* kernel : kernels())
      for (const int64_t width : {64, 192, 1024})
        for (const int64_t rows : {1, 3, 8, 29})
          for (const int64_t count : {1, 2, 4, 5, 8, 11}) {
            const auto draw = [&] {
              const int value = uniform(random);
              return static_cast<int8_t>(extreme ? (value < 0 ? -127 : 127) : value);
            };
            const auto all = drawn<int8_t>(rows * width, draw),
                       asked = drawn<int8_t>(count * width, draw);
            const auto at = pointers(all.data(), rows, width);
            std::vector<int32_t> scores(rows * count, 99);
            kernel->bytes({at.data(), rows, asked.data(), count, width, scores.data()});
            for (int64_t r = 0; r < rows; ++r)
              for (int64_t q = 0; q < count; ++q) {
                int32_t sum = 0;
                for (int64_t i = 0; i < width; ++i) sum += at[r][i] * asked.data()[q * width + i];
                ASSERT_EQ(scores[r * count + q], sum)
                    << kernel->name << " width " << width << " row " << r << " query " << q;
              }
          }
}

TEST(ScanKernels, AScoreDoesNotDependOnWhatElseIsAsked) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-1, 1);
  constexpr int64_t kWidth = 208, kRows = 19, kCount = 15;
  const auto draw = [&] { return uniform(random); };
  const auto all = drawn<float>(kRows * kWidth, draw), asked = drawn<float>(kCount * kWidth, draw);
  const auto at = pointers(all.data(), kRows, kWidth);
  for (const auto* kernel : kernels()) {
    std::vector<float> together(kRows * kCount);
    kernel->floats({at.data(), kRows, asked.data(), kCount, kWidth, together.data()});
    for (int64_t r = 0; r < kRows; ++r)
      for (int64_t q = 0; q < kCount; ++q) {
        float alone = 0;
        kernel->floats({at.data() + r, 1, asked.data() + q * kWidth, 1, kWidth, &alone});
        ASSERT_EQ(alone, together[r * kCount + q]) << kernel->name;
      }
  }
}

}  // namespace
}  // namespace tandem_test
