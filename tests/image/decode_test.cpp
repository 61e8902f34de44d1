// What holds for every format: who decides it, what is refused, and when.
#include "image/decode.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "base/files.h"
#include "image/picture_files.h"
#include "tandem/error.h"

namespace tandem {
namespace {

using tandem_test::as_bytes;
using tandem_test::big;
using tandem_test::little;
using tandem_test::raw;

std::string read_data(const std::string& name) {
  return read_file(std::string(TANDEM_SOURCE_DIR) + "/tests/image/data/" + name);
}

/// The kind of error that decoding gives; nothing where it succeeds.
std::optional<ErrorKind> refusal(const std::string& bytes, const DecodeOptions& options = {}) {
  try {
    decode_image(as_bytes(bytes), "picture", options);
    return std::nullopt;
  } catch (const Error& error) {
    const std::string sentence = error.what();
    EXPECT_EQ(sentence.rfind("picture: ", 0), 0u) << sentence;
    EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
    EXPECT_NE(sentence.back(), '.') << sentence;
    return error.kind();
  }
}

std::string jpeg_header(int width, int height) {
  return raw({0xff, 0xd8, 0xff, 0xc0, 0, 11, 8}) + big(height, 2) + big(width, 2) +
         raw({1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0});
}

TEST(DecodeImage, TheBytesDecideTheFormatNotTheName) {
  const std::string bytes = read_data("quarters.jpg");
  EXPECT_STREQ(image_info(as_bytes(bytes), "quarters.png").format, "JPEG");
  EXPECT_EQ(decode_image(as_bytes(bytes), "quarters.png").width, 48);
}

TEST(DecodeImage, WhatIsNoPictureIsRefused) {
  EXPECT_EQ(refusal(""), ErrorKind::bad_input);
  EXPECT_EQ(refusal("P"), ErrorKind::bad_input);
  EXPECT_EQ(refusal("no picture at all"), ErrorKind::bad_input);
  EXPECT_EQ(refusal(std::string(1000, '\0')), ErrorKind::bad_input);
}

// Were memory taken first, these would ask for up to 16 exabytes.
TEST(DecodeImage, PixelsAreLimitedBeforeMemoryIsTaken) {
  const uint32_t most = 0x7fffffff;
  const std::vector<std::pair<const char*, std::string>> files = {
      {"PNG", tandem_test::png_file(most, most, 8, 2, "x")},
      {"BMP", tandem_test::bmp_file(static_cast<int>(most), 0x7effffff, 24, "", "x")},
      {"GIF", tandem_test::gif_file(65535, 65535, 0, 0, 1, 1, false, {0}, std::string(12, 'p'))},
      {"PPM", "P6 2147483647 2147483647 255\n"},
      {"TIFF", tandem_test::tiff_file(most, most, 8, 1, "x")},
      {"JPEG", jpeg_header(65500, 65500)},
  };
  for (const auto& [format, bytes] : files) {
    SCOPED_TRACE(format);
    EXPECT_EQ(refusal(bytes), ErrorKind::limit);
  }
}

TEST(DecodeImage, TheLimitIsTheCallersAndInclusive) {
  for (const char* name :
       {"quarters.jpg", "quarters.webp", "quarters.avif", "quarters.heic", "quarters_lzw.tif"}) {
    SCOPED_TRACE(name);
    const std::string bytes = read_data(name);
    EXPECT_EQ(refusal(bytes, {.max_pixels = 48 * 32}), std::nullopt);
    EXPECT_EQ(refusal(bytes, {.max_pixels = 48 * 32 - 1}), ErrorKind::limit);
  }
}

TEST(DecodeImage, PicturesThatLieAboutTheirSizeAreRefused) {
  const std::vector<std::pair<const char*, std::string>> files = {
      {"PNG", tandem_test::png_file(500, 400, 8, 0, std::string(1000, '\0'))},
      {"BMP", tandem_test::bmp_file(500, 400, 24, "", std::string(1000, 'x'))},
      {"GIF", tandem_test::gif_file(9, 9, 0, 0, 9, 9, false, {0, 1, 2}, std::string(12, 'p'))},
      {"PPM", "P5 500 400 255\n" + std::string(1000, 'x')},
      {"TIFF", tandem_test::tiff_file(500, 400, 8, 1, std::string(1000, 'x'))},
  };
  for (const auto& [format, bytes] : files) {
    SCOPED_TRACE(format);
    EXPECT_EQ(refusal(bytes), ErrorKind::bad_input);
  }
}

// The container says 12x45, the grid of tiles inside 12x32301.
TEST(DecodeImage, ATileGridThatLiesAboutItsSizeIsRefused) {
  EXPECT_EQ(refusal(read_data("lying_grid.heic")), ErrorKind::limit);
}

TEST(DecodeImage, SizesOfZeroAreRefused) {
  EXPECT_EQ(refusal(tandem_test::png_file(0, 5, 8, 0, "x")), ErrorKind::bad_input);
  EXPECT_EQ(refusal(tandem_test::bmp_file(5, 0, 24, "", "x")), ErrorKind::bad_input);
  EXPECT_EQ(refusal("P5 0 5 255\n"), ErrorKind::bad_input);
  EXPECT_EQ(refusal(tandem_test::tiff_file(0, 5, 8, 1, "x")), ErrorKind::bad_input);
}

// A picture cut anywhere is refused, unless only what follows the pixels is missing.
TEST(DecodeImage, FilesCutAnywhereGiveTheWholePictureOrAnError) {
  for (const char* name : {"quarters.jpg", "quarters_cmyk.jpg", "quarters.webp", "quarters.avif",
                           "quarters.heic", "quarters_lzw.tif", "quarters_jpeg.tif"}) {
    SCOPED_TRACE(name);
    const std::string bytes = read_data(name);
    const Image whole = decode_image(as_bytes(bytes), name);
    for (size_t size = 0; size < bytes.size(); ++size) {
      try {
        const Image cut = decode_image(as_bytes(bytes.substr(0, size)), name);
        EXPECT_EQ(cut.pixels, whole.pixels) << size << " of " << bytes.size();
      } catch (const Error&) {
      }
    }
  }
}

TEST(DecodeImage, HalfAFileIsAlwaysRefused) {
  for (const char* name : {"quarters.jpg", "quarters_cmyk.jpg", "quarters.webp", "quarters.avif",
                           "quarters.heic", "quarters_lzw.tif", "quarters_jpeg.tif"}) {
    SCOPED_TRACE(name);
    const std::string bytes = read_data(name);
    EXPECT_NE(refusal(bytes.substr(0, bytes.size() / 2)), std::nullopt);
  }
}

/// The four colours of tests/image/data's pictures, by place.
void expect_quarters(const Image& image, int tolerance) {
  ASSERT_EQ(image.width, 48);
  ASSERT_EQ(image.height, 32);
  const int colours[4][3] = {{220, 40, 30}, {30, 200, 60}, {40, 60, 210}, {240, 240, 240}};
  const int size = bytes_per_pixel(image.mode);
  for (int quarter = 0; quarter < 4; ++quarter) {
    const int x = quarter % 2 == 0 ? 12 : 36, y = quarter < 2 ? 8 : 24;
    for (int channel = 0; channel < 3; ++channel)
      EXPECT_NEAR(image.pixels[(y * 48 + x) * size + channel], colours[quarter][channel], tolerance)
          << "quarter " << quarter << " channel " << channel;
  }
}

TEST(DecodeImage, EveryLibrarysFormatShowsTheDrawnColours) {
  struct Case {
    const char* name;
    const char* format;
    Mode mode;
    int tolerance;
  };
  for (const Case& c :
       {Case{"quarters.jpg", "JPEG", Mode::rgb, 3}, Case{"quarters.webp", "WEBP", Mode::rgb, 0},
        Case{"quarters.avif", "AVIF", Mode::rgb, 3},
        Case{"quarters_alpha.avif", "AVIF", Mode::rgba, 3},
        Case{"quarters.heic", "HEIC", Mode::rgb, 4},
        Case{"quarters_alpha.heic", "HEIC", Mode::rgba, 4},
        Case{"quarters_lzw.tif", "TIFF", Mode::rgb, 0},
        Case{"quarters_jpeg.tif", "TIFF", Mode::rgb, 3}}) {
    SCOPED_TRACE(c.name);
    const std::string bytes = read_data(c.name);
    const Image image = decode_image(as_bytes(bytes), c.name);
    EXPECT_EQ(image.mode, c.mode);
    EXPECT_STREQ(image_info(as_bytes(bytes), c.name).format, c.format);
    expect_quarters(image, c.tolerance);
  }
}

TEST(DecodeImage, AlphaIsKept) {
  for (const char* name : {"quarters_alpha.avif", "quarters_alpha.heic"}) {
    SCOPED_TRACE(name);
    const Image image = decode_image(as_bytes(read_data(name)), name);
    ASSERT_EQ(image.mode, Mode::rgba);
    EXPECT_NEAR(image.pixels[(8 * 48 + 12) * 4 + 3], 255, 2);
    EXPECT_NEAR(image.pixels[(8 * 48 + 36) * 4 + 3], 0, 2);
    EXPECT_NEAR(image.pixels[(24 * 48 + 12) * 4 + 3], 128, 2);
  }
}

TEST(DecodeImage, CmykJpegIsInvertedAsAdobeStoresIt) {
  const Image image = decode_image(as_bytes(read_data("quarters_cmyk.jpg")), "cmyk");
  ASSERT_EQ(image.mode, Mode::cmyk);
  // 255 minus the colours, no black: Pillow's conversion that wrote the file.
  EXPECT_NEAR(image.pixels[(8 * 48 + 12) * 4 + 0], 255 - 220, 3);
  EXPECT_NEAR(image.pixels[(8 * 48 + 12) * 4 + 1], 255 - 40, 3);
  EXPECT_NEAR(image.pixels[(8 * 48 + 12) * 4 + 2], 255 - 30, 3);
  EXPECT_NEAR(image.pixels[(8 * 48 + 12) * 4 + 3], 0, 3);
}

TEST(DecodeImage, ManyThreadsMayDecodeAtOnce) {
  std::vector<std::string> files;
  for (const char* name : {"quarters.jpg", "quarters.webp", "quarters.avif", "quarters.heic",
                           "quarters_lzw.tif", "quarters_jpeg.tif"})
    files.push_back(read_data(name));
  std::vector<std::vector<uint8_t>> alone;
  for (const std::string& bytes : files)
    alone.push_back(decode_image(as_bytes(bytes), "alone").pixels);
  std::atomic<int> different = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (size_t i = 0; i < files.size(); ++i)
        if (decode_image(as_bytes(files[i]), "together").pixels != alone[i]) ++different;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(different, 0);
}

TEST(DecodeImage, TheLibrariesComplaintsStayInside) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  for (const char* name : {"quarters.jpg", "quarters.webp", "quarters.avif", "quarters.heic",
                           "quarters_lzw.tif", "quarters_jpeg.tif"}) {
    std::string bytes = read_data(name);
    for (size_t i = bytes.size() / 2; i < bytes.size(); i += 3) bytes[i] = '\x55';
    refusal(bytes);
    refusal(bytes.substr(0, bytes.size() / 2));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(EncodePng, DecodesToTheSamePixels) {
  RgbImage image{.width = 7, .height = 5, .pixels = {}};
  for (int i = 0; i < 7 * 5 * 3; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 37));
  const std::vector<uint8_t> png = encode_png(image);
  const Image decoded = decode_image(std::as_bytes(std::span(png)), "encoded");
  EXPECT_EQ(decoded.mode, Mode::rgb);
  EXPECT_EQ(decoded.width, 7);
  EXPECT_EQ(decoded.height, 5);
  EXPECT_EQ(decoded.pixels, image.pixels);
}

TEST(Mode, NamesAndSizesArePillows) {
  EXPECT_STREQ(name_of(Mode::bilevel), "1");
  EXPECT_STREQ(name_of(Mode::i16), "I;16");
  EXPECT_STREQ(name_of(Mode::rgba), "RGBA");
  EXPECT_EQ(bytes_per_pixel(Mode::bilevel), 1);
  EXPECT_EQ(bytes_per_pixel(Mode::i16), 2);
  EXPECT_EQ(bytes_per_pixel(Mode::lab), 3);
  EXPECT_EQ(bytes_per_pixel(Mode::f), 4);
}

}  // namespace
}  // namespace tandem
