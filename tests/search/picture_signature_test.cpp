// Copies of a photograph are told from other photographs.
#include "search/picture_signature.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "image/resize.h"
#include "search/scenes.h"

namespace tandem_test {
namespace {

using namespace tandem;

template <class Change>
Image changed(Image image, Change change) {
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      change(x, y, image.pixels.data() + 3 * (static_cast<size_t>(y) * image.width + x));
  return image;
}

bool same(const Image& a, const Image& b) { return same_picture(signature_of(a), signature_of(b)); }

TEST(PictureSignature, CopiesAreTheSame) {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    const Image one = scene(seed);
    EXPECT_TRUE(same(one, resize(one, 120, 80, Filter::lanczos))) << seed;
    EXPECT_TRUE(same(one, resize(one, 480, 320, Filter::bicubic))) << seed;
    EXPECT_TRUE(same(one, changed(one,
                                  [](int, int, uint8_t* p) {
                                    for (int c = 0; c < 3; ++c)
                                      p[c] = static_cast<uint8_t>(std::min(255.0, p[c] * 0.9 + 12));
                                  })))
        << "brighter " << seed;
    uint32_t noise = seed;
    EXPECT_TRUE(same(one, changed(one,
                                  [&](int, int, uint8_t* p) {
                                    noise = noise * 1664525u + 1013904223u;
                                    for (int c = 0; c < 3; ++c)
                                      p[c] = static_cast<uint8_t>(std::clamp(
                                          p[c] + static_cast<int>(noise >> 29) - 4, 0, 255));
                                  })))
        << "grain " << seed;
  }
}

TEST(PictureSignature, OthersAreNot) {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    const Image one = scene(seed);
    EXPECT_FALSE(same(one, scene(seed + 100))) << seed;
    // A thing of a twentieth of the picture that was not there.
    EXPECT_FALSE(same(one, changed(one,
                                   [](int x, int y, uint8_t* p) {
                                     if (x > 150 && x < 190 && y > 60 && y < 108)
                                       for (int c = 0; c < 3; ++c)
                                         p[c] = static_cast<uint8_t>(255 - p[c]);
                                   })))
        << "a place " << seed;
    // The same form in another colour of the same lightness.
    EXPECT_FALSE(same(one, changed(one,
                                   [](int, int, uint8_t* p) {
                                     const int grey = p[0];
                                     p[0] = static_cast<uint8_t>(std::min(255, grey + 60));
                                     p[2] = static_cast<uint8_t>(std::max(0, p[2] - 60));
                                   })))
        << "colours " << seed;
    EXPECT_FALSE(same(one, crop(one, 24, 16, 192, 128))) << "crop " << seed;
    EXPECT_FALSE(same(one, resize(one, 240, 120, Filter::bicubic))) << "aspect " << seed;
  }
  const Image plain{
      .mode = Mode::l, .width = 50, .height = 50, .pixels = std::vector<uint8_t>(2500, 90)};
  EXPECT_FALSE(same(plain, plain));
}

TEST(PictureSignature, BlurIsLessSharp) {
  const Image one = scene(3);
  const Image blurred = resize(resize(one, 60, 40, Filter::box), 240, 160, Filter::bicubic);
  EXPECT_LT(signature_of(blurred).sharpness, 0.7f * signature_of(one).sharpness);
}

TEST(PictureSignature, OnePixelIsNoFault) {
  const Image pixel{.mode = Mode::rgb, .width = 1, .height = 1, .pixels = {1, 2, 3}};
  EXPECT_EQ(signature_of(pixel).sharpness, 0);
}

}  // namespace
}  // namespace tandem_test
