// Reading EXIF orientations and turning pictures by them.
#include <gtest/gtest.h>

#include "base/files.h"
#include "golden_folder.h"
#include "image/decode.h"
#include "image/picture_files.h"

namespace tandem {
namespace {

using tandem_test::as_bytes;
using tandem_test::png_chunk;

struct Turn {
  int orientation;
  int width;
  std::vector<uint8_t> pixels;
};

// The picture is 3 wide and 2 high:  1 2 3
//                                    4 5 6
const std::vector<Turn> kTurns = {
    {1, 3, {1, 2, 3, 4, 5, 6}}, {2, 3, {3, 2, 1, 6, 5, 4}}, {3, 3, {6, 5, 4, 3, 2, 1}},
    {4, 3, {4, 5, 6, 1, 2, 3}}, {5, 2, {1, 4, 2, 5, 3, 6}}, {6, 2, {4, 1, 5, 2, 6, 3}},
    {7, 2, {6, 3, 5, 2, 4, 1}}, {8, 2, {3, 6, 2, 5, 1, 4}},
};

TEST(ApplyOrientation, TurnsAndMirrors) {
  for (const Turn& turn : kTurns) {
    SCOPED_TRACE(turn.orientation);
    const Image turned = apply_orientation(
        {.mode = Mode::l, .width = 3, .height = 2, .pixels = {1, 2, 3, 4, 5, 6}, .palette = {}},
        turn.orientation);
    EXPECT_EQ(turned.width, turn.width);
    EXPECT_EQ(turned.height, 6 / turn.width);
    EXPECT_EQ(turned.pixels, turn.pixels);
  }
}

TEST(ApplyOrientation, KeepsPixelsOfEverySizeTogether) {
  for (const Mode mode : {Mode::p, Mode::la, Mode::rgb, Mode::rgba}) {
    const int size = bytes_per_pixel(mode);
    SCOPED_TRACE(name_of(mode));
    Image image{.mode = mode, .width = 3, .height = 2, .pixels = {}, .palette = {{7, 8, 9}}};
    for (int i = 1; i <= 6; ++i)
      for (int byte = 0; byte < size; ++byte)
        image.pixels.push_back(static_cast<uint8_t>(i + 10 * byte));
    for (const Turn& turn : kTurns) {
      const Image turned = apply_orientation(image, turn.orientation);
      EXPECT_EQ(turned.mode, mode);
      EXPECT_EQ(turned.palette, image.palette);
      for (size_t i = 0; i < 6; ++i)
        for (int byte = 0; byte < size; ++byte)
          EXPECT_EQ(turned.pixels[i * size + byte], turn.pixels[i] + 10 * byte);
    }
  }
}

TEST(ApplyOrientation, UnknownValuesChangeNothing) {
  for (const int orientation : {-1, 0, 9, 1000}) {
    const Image image = apply_orientation(
        {.mode = Mode::l, .width = 2, .height = 1, .pixels = {1, 2}, .palette = {}}, orientation);
    EXPECT_EQ(image.pixels, (std::vector<uint8_t>{1, 2}));
  }
}

// Wider than the blocks in which pictures are turned.
TEST(ApplyOrientation, FourQuarterTurnsAreNone) {
  Image image{.mode = Mode::l, .width = 101, .height = 67, .pixels = {}, .palette = {}};
  for (int i = 0; i < 101 * 67; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 31 % 251));
  Image turned = image;
  for (int i = 0; i < 4; ++i) turned = apply_orientation(turned, 6);
  EXPECT_EQ(turned.width, 101);
  EXPECT_EQ(turned.pixels, image.pixels);
}

int orientation_of(const std::string& bytes) {
  return image_info(as_bytes(bytes), "picture").orientation;
}

std::string png_with(const std::string& chunk) {
  return tandem_test::png_file(1, 1, 8, 0, std::string(2, '\0'), chunk);
}

TEST(ImageInfo, ReadsTheOrientationInBothByteOrders) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(orientation_of(png_with(png_chunk("eXIf", tandem_test::exif_block(orientation)))),
              orientation);
    EXPECT_EQ(
        orientation_of(png_with(png_chunk("eXIf", tandem_test::exif_block(orientation, true)))),
        orientation);
  }
}

TEST(ImageInfo, NonsenseIsNoOrientation) {
  const std::string block = tandem_test::exif_block(6);
  EXPECT_EQ(orientation_of(png_with("")), 1);
  EXPECT_EQ(orientation_of(png_with(png_chunk("eXIf", tandem_test::exif_block(9)))), 1);
  EXPECT_EQ(orientation_of(png_with(png_chunk("eXIf", "no exif"))), 1);
  for (size_t size = 0; size < block.size() - 8; ++size)
    EXPECT_EQ(orientation_of(png_with(png_chunk("eXIf", block.substr(0, size)))), 1) << size;
}

TEST(ImageInfo, ReadsTheOrientationOfJpegPhotos) {
  TANDEM_WHOLE_GOLDEN(folder, "pixels/openai_preprocess");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string name =
        "/images/jpeg_exif_orientation_" + std::to_string(orientation) + ".jpg";
    EXPECT_EQ(orientation_of(read_file(folder + name)), orientation);
  }
}

TEST(ImageInfo, GivesTheContainersRotationOfAvif) {
  const std::string data = std::string(TANDEM_SOURCE_DIR) + "/tests/image/data/";
  EXPECT_EQ(orientation_of(read_file(data + "quarters.avif")), 1);
  EXPECT_EQ(orientation_of(read_file(data + "quarters_turned.avif")), 6);
}

// Pillow turns TIFF pictures while it decodes them, so there is nothing left to do.
TEST(ImageInfo, TiffIsTurnedByTheDecoder) {
  const std::string bytes = tandem_test::tiff_file(3, 2, 8, 1, "\1\2\3\4\5\6", 6);
  const Image image = decode_image(as_bytes(bytes), "picture");
  EXPECT_EQ(image.width, 2);
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{4, 1, 5, 2, 6, 3}));
  const ImageInfo info = image_info(as_bytes(bytes), "picture");
  EXPECT_EQ(info.orientation, 1);
  EXPECT_EQ(info.width, 2);
  EXPECT_EQ(info.height, 3);
}

}  // namespace
}  // namespace tandem
