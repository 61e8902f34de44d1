// The formats that Tandem decodes itself: PNG, GIF, BMP, PPM and plain TIFF.
#include <gtest/gtest.h>

#include "image/decode.h"
#include "image/picture_files.h"
#include "tandem/error.h"

namespace tandem {
namespace {

using tandem_test::as_bytes;
using tandem_test::big;
using tandem_test::little;
using tandem_test::raw;
using Pixels = std::vector<uint8_t>;

Image decode(const std::string& bytes) { return decode_image(as_bytes(bytes), "picture"); }

ErrorKind refusal(const std::string& bytes) {
  try {
    decode(bytes);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "was decoded";
  return ErrorKind::io;
}

Pixels words(std::initializer_list<int32_t> values) {
  Pixels bytes;
  for (const int32_t value : values)
    for (int shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<uint8_t>(value >> shift));
  return bytes;
}

struct Case {
  const char* what;
  std::string bytes;
  Mode mode;
  Pixels pixels;
};

void expect_each(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    const Image image = decode(c.bytes);
    EXPECT_STREQ(name_of(image.mode), name_of(c.mode));
    EXPECT_EQ(image.pixels, c.pixels);
  }
}

TEST(DecodePng, DepthsAndColourTypesOpenInPillowsModes) {
  using tandem_test::png_file;
  expect_each({
      {"grey 1", png_file(3, 1, 1, 0, raw({0, 0xa0})), Mode::bilevel, {255, 0, 255}},
      {"grey 2", png_file(4, 1, 2, 0, raw({0, 0x1b})), Mode::l, {0, 85, 170, 255}},
      {"grey 4", png_file(2, 1, 4, 0, raw({0, 0x1f})), Mode::l, {17, 255}},
      {"grey 8", png_file(2, 1, 8, 0, raw({0, 7, 9})), Mode::l, {7, 9}},
      {"grey 16", png_file(1, 1, 16, 0, raw({0, 0x12, 0x34})), Mode::i, words({0x1234})},
      {"rgb 8", png_file(1, 1, 8, 2, raw({0, 1, 2, 3})), Mode::rgb, {1, 2, 3}},
      {"rgb 16", png_file(1, 1, 16, 2, raw({0, 1, 99, 2, 99, 3, 99})), Mode::rgb, {1, 2, 3}},
      {"palette 2", png_file(4, 1, 2, 3, raw({0, 0x1b})), Mode::p, {0, 1, 2, 3}},
      {"grey alpha", png_file(1, 1, 8, 4, raw({0, 5, 6})), Mode::la, {5, 6}},
      {"grey alpha 16", png_file(1, 1, 16, 4, raw({0, 5, 99, 6, 99})), Mode::rgba, {5, 5, 5, 6}},
      {"rgba 16",
       png_file(1, 1, 16, 6, raw({0, 1, 9, 2, 9, 3, 9, 4, 9})),
       Mode::rgba,
       {1, 2, 3, 4}},
  });
}

TEST(DecodePng, FiltersAreUndone) {
  const std::string rows = raw({0, 10, 20, 30}) + raw({1, 1, 1, 1}) + raw({2, 1, 1, 1}) +
                           raw({3, 1, 1, 1}) + raw({4, 1, 1, 1});
  expect_each({{"all five",
                tandem_test::png_file(3, 5, 8, 0, rows),
                Mode::l,
                {10, 20, 30, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5}}});
}

TEST(DecodePng, MissingPaletteEntriesAreTheGreyRampAsInPillow) {
  const Image image = decode(
      tandem_test::png_file(1, 1, 8, 3, raw({0, 0}), tandem_test::png_chunk("PLTE", "abcdef")));
  ASSERT_EQ(image.palette.size(), 256u);
  EXPECT_EQ(image.palette[1], (std::array<uint8_t, 3>{'d', 'e', 'f'}));
  EXPECT_EQ(image.palette[2], (std::array<uint8_t, 3>{2, 2, 2}));
}

TEST(DecodePng, AStreamThatEndsWithAWholeRowLeavesTheRestBlack) {
  expect_each({{"two of three rows",
                tandem_test::png_file(2, 3, 8, 0, raw({0, 1, 2, 0, 3, 4})),
                Mode::l,
                {1, 2, 3, 4, 0, 0}}});
}

TEST(DecodePng, BombsInTextsAndProfilesAreRefusedUnread) {
  const std::string bomb = tandem_test::deflated(std::string(2 << 20, 'a'));
  for (const std::string& chunk :
       {tandem_test::png_chunk("zTXt", "k" + raw({0, 0}) + bomb),
        tandem_test::png_chunk("iCCP", "k" + raw({0, 0}) + bomb),
        tandem_test::png_chunk("iTXt", "k" + raw({0, 1, 0, 0, 0}) + bomb)})
    EXPECT_EQ(refusal(tandem_test::png_file(1, 1, 8, 0, raw({0, 7}), chunk)), ErrorKind::limit);
}

TEST(DecodePng, DamageIsRefused) {
  const std::string good = tandem_test::png_file(2, 1, 8, 0, raw({0, 7, 9}));
  std::string wrong_sum = good;
  wrong_sum[29] = static_cast<char>(wrong_sum[29] ^ 1);
  EXPECT_EQ(refusal(wrong_sum), ErrorKind::bad_input);
  EXPECT_EQ(refusal(tandem_test::png_file(2, 1, 8, 0, raw({9, 7, 9}))), ErrorKind::bad_input);
  EXPECT_EQ(refusal(tandem_test::png_file(2, 1, 3, 0, raw({0, 7, 9}))), ErrorKind::bad_input);
  EXPECT_EQ(refusal(tandem_test::png_header(2, 1, 8, 0) + tandem_test::png_chunk("IEND", "")),
            ErrorKind::bad_input);
}

const std::string kColours = raw({9, 9, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90});

TEST(DecodeGif, AFrameSmallerThanTheCanvasLiesOnIndexZero) {
  expect_each({{"offset 1, 1",
                tandem_test::gif_file(3, 2, 1, 1, 2, 1, false, {3, 2}, kColours),
                Mode::p,
                {0, 0, 0, 0, 3, 2}}});
}

TEST(DecodeGif, OrOnTheTransparentIndex) {
  const std::string control = raw({'!', 0xf9, 4, 1, 0, 0, 2, 0});
  expect_each({{"transparent 2",
                tandem_test::gif_file(3, 1, 1, 0, 1, 1, false, {1}, kColours, control),
                Mode::p,
                {2, 1, 2}}});
}

TEST(DecodeGif, AFrameLargerThanTheCanvasEnlargesIt) {
  const std::string bytes = tandem_test::gif_file(1, 1, 0, 0, 2, 2, false, {0, 1, 2, 3}, kColours);
  const Image image = decode(bytes);
  EXPECT_EQ(image.width, 2);
  EXPECT_EQ(image.height, 2);
  EXPECT_EQ(image_info(as_bytes(bytes), "picture").width, 2);
}

TEST(DecodeGif, InterlacedRowsAreSorted) {
  // Rows come in the order 0, 4, 2, 1, 3.
  expect_each({{"five rows",
                tandem_test::gif_file(1, 5, 0, 0, 1, 5, true, {0, 1, 2, 3, 1}, kColours),
                Mode::p,
                {0, 3, 2, 1, 1}}});
}

TEST(DecodeGif, AGreyRampIsNoPalette) {
  expect_each({{"ramp",
                tandem_test::gif_file(2, 1, 0, 0, 2, 1, false, {3, 1},
                                      raw({0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3})),
                Mode::l,
                {3, 1}}});
}

TEST(DecodeBmp, PalettesDecideTheMode) {
  using tandem_test::bmp_file;
  std::string ramp;
  for (int i = 0; i < 256; ++i) ramp += raw({i, i, i, 0});
  const std::string black_white = raw({0, 0, 0, 0, 255, 255, 255, 0});
  const std::string white_black = raw({255, 255, 255, 0, 0, 0, 0, 0});
  expect_each({
      {"black and white",
       bmp_file(3, 1, 1, black_white, raw({0xa0, 0, 0, 0})),
       Mode::bilevel,
       {255, 0, 255}},
      {"white and black", bmp_file(3, 1, 1, white_black, raw({0xa0, 0, 0, 0})), Mode::p, {1, 0, 1}},
      {"grey ramp", bmp_file(2, 1, 8, ramp, raw({5, 6, 0, 0})), Mode::l, {5, 6}},
      {"colours", bmp_file(2, 1, 4, std::string(64, 'c'), raw({0x3f, 0, 0, 0})), Mode::p, {3, 15}},
  });
}

TEST(DecodeBmp, PixelsWithoutPalettes) {
  using tandem_test::bmp_file;
  expect_each({
      {"24 bits, bottom up",
       bmp_file(1, 2, 24, "", raw({1, 2, 3, 0, 4, 5, 6, 0})),
       Mode::rgb,
       {6, 5, 4, 3, 2, 1}},
      {"24 bits, top down",
       bmp_file(1, -2, 24, "", raw({1, 2, 3, 0, 4, 5, 6, 0})),
       Mode::rgb,
       {3, 2, 1, 6, 5, 4}},
      {"32 bits without alpha", bmp_file(1, 1, 32, "", raw({1, 2, 3, 4})), Mode::rgb, {3, 2, 1}},
      {"16 bits, 555", bmp_file(1, 1, 16, "", raw({0x1f, 0x7c, 0, 0})), Mode::rgb, {255, 0, 255}},
  });
}

TEST(DecodeBmp, RunLengths) {
  const std::string runs = raw({3, 7, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1});
  expect_each({{"run, end of row, literal",
                tandem_test::bmp_file(3, 2, 8, std::string(1024, 'c'), runs, 1),
                Mode::p,
                {1, 2, 3, 7, 7, 7}}});
}

TEST(DecodePpm, AllSixKinds) {
  expect_each({
      {"P1", "P1\n# comment\n3 1\n101\n", Mode::bilevel, {0, 255, 0}},
      {"P2", "P2 2 1 255 7 9\n", Mode::l, {7, 9}},
      {"P3", "P3 1 1 255\n1 2 3\n", Mode::rgb, {1, 2, 3}},
      {"P4", "P4 3 1\n" + raw({0xa0}), Mode::bilevel, {0, 255, 0}},
      {"P5", "P5 2 1 255\n" + raw({7, 9}), Mode::l, {7, 9}},
      {"P6", "P6 1 1 255\n" + raw({1, 2, 3}), Mode::rgb, {1, 2, 3}},
  });
}

TEST(DecodePpm, OtherLargestValuesAreScaled) {
  expect_each({
      {"15", "P5 3 1 15\n" + raw({0, 7, 15}), Mode::l, {0, 119, 255}},
      {"halves to even", "P5 2 1 102\n" + raw({1, 3}), Mode::l, {2, 8}},  // 2.5 and 7.5
      {"65535 greys", "P5 1 1 65535\n" + raw({0x12, 0x34}), Mode::i, words({0x1234})},
      {"1000 greys", "P5 1 1 1000\n" + raw({1, 0xf4}), Mode::i, words({32768})},  // 500: 32767.5
      {"65535 colours", "P6 1 1 65535\n" + raw({255, 255, 128, 0, 0, 0}), Mode::rgb, {255, 128, 0}},
  });
}

TEST(DecodePpm, WhatIsNoNumberIsRefused) {
  for (const char* text : {"P2 2 1 255\n7 x\n", "P2 2 1 255\n7 256\n", "P5 2 1 0\nab",
                           "P5 2 1 70000\nab", "P5 99999999999 1 255\na", "P1 2 1\n12\n", "P5 2"})
    EXPECT_EQ(refusal(text), ErrorKind::bad_input) << text;
}

TEST(DecodeTiff, SamplesOfOneChannel) {
  using tandem_test::tiff_file;
  expect_each({
      {"white is zero", tiff_file(3, 1, 1, 0, raw({0xa0})), Mode::bilevel, {0, 255, 0}},
      {"black is zero", tiff_file(3, 1, 1, 1, raw({0xa0})), Mode::bilevel, {255, 0, 255}},
      {"2 bits", tiff_file(4, 1, 2, 1, raw({0x1b})), Mode::l, {0, 85, 170, 255}},
      {"8 bits", tiff_file(2, 1, 8, 1, raw({7, 9})), Mode::l, {7, 9}},
      {"12 bits", tiff_file(2, 1, 12, 1, raw({0x12, 0x34, 0x56})), Mode::i16, {0x23, 1, 0x56, 4}},
      {"16 bits", tiff_file(1, 1, 16, 1, raw({0x34, 0x12})), Mode::i16, {0x34, 0x12}},
      {"32 bits", tiff_file(1, 1, 32, 1, raw({1, 2, 3, 4})), Mode::i, {1, 2, 3, 4}},
  });
}

TEST(DecodeTiff, UnknownLayoutsAreNamed) {
  EXPECT_EQ(refusal(tandem_test::tiff_file(1, 1, 7, 1, "x")), ErrorKind::unsupported);
}

}  // namespace
}  // namespace tandem
