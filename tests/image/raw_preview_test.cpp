// Camera raw files give their largest JPEG. The files are made here in the structures of the
// makers.
#include "image/raw_preview.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "image/decode.h"
#include "image/picture_files.h"

namespace tandem {
namespace {

using tandem_test::as_bytes;
using tandem_test::big;
using tandem_test::little;

std::string data(const std::string& name) {
  return read_file(std::string(TANDEM_SOURCE_DIR) + "/tests/image/data/" + name);
}

/// A little-endian directory's entry of one long, or of `bytes` bytes at a place.
std::string entry(int tag, uint32_t value) {
  return little(tag, 2) + little(4, 2) + little(1, 4) + little(value, 4);
}
std::string block(int tag, size_t bytes, uint32_t at) {
  return little(tag, 2) + little(7, 2) + little(bytes, 4) + little(at, 4);
}
std::string directory(const std::vector<std::string>& entries, uint32_t next = 0) {
  std::string text = little(entries.size(), 2);
  for (const auto& one : entries) text += one;
  return text + little(next, 4);
}

/// The header with this magic number, a directory at 8, and what follows.
std::string tiff(int magic, const std::string& rest) {
  return "II" + little(magic, 2) + little(8, 4) + rest;
}

ImageInfo preview_of(const std::string& file) {
  const auto preview = find_raw_preview(as_bytes(file));
  if (!preview) return {};
  const std::string jpeg = oriented_jpeg(*preview);
  return image_info(as_bytes(jpeg), "preview");
}

class RawPreviewTest : public ::testing::Test {
 protected:
  const std::string jpeg_ = data("quarters.jpg");
  const ImageInfo whole_ = image_info(as_bytes(jpeg_), "quarters.jpg");
};

TEST_F(RawPreviewTest, ByJpegInterchangeFormatInASubDirectory) {
  // NEF: the first directory names another one, which names the JPEG.
  const std::string first = directory({entry(0x14a, 26)});
  const std::string second =
      directory({entry(0x201, 56), entry(0x202, static_cast<uint32_t>(jpeg_.size()))});
  const std::string file = tiff(42, first + second + jpeg_ + std::string(50, '\x55'));
  const auto preview = find_raw_preview(as_bytes(file));
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->jpeg.size(), jpeg_.size());
  EXPECT_EQ(preview_of(file).width, whole_.width);
}

TEST_F(RawPreviewTest, ByTheOneStripOfAJpegDirectory) {
  // CR2 and DNG.
  const auto size = static_cast<uint32_t>(jpeg_.size());
  const std::string file =
      tiff(42, directory({entry(0x103, 6), entry(0x111, 50), entry(0x117, size)}) + jpeg_);
  EXPECT_EQ(preview_of(file).width, whole_.width);
}

TEST_F(RawPreviewTest, ByThePanasonicBlock) {
  EXPECT_EQ(preview_of(tiff(0x55, directory({block(0x2e, jpeg_.size(), 26)}) + jpeg_)).height,
            whole_.height);
}

TEST_F(RawPreviewTest, ByFujisHeader) {
  std::string file = "FUJIFILMCCD-RAW " + std::string(68, '0') + big(100, 4) +
                     big(jpeg_.size(), 4) + std::string(8, '\0') + jpeg_ + std::string(99, 'r');
  EXPECT_EQ(preview_of(file).width, whole_.width);
}

TEST_F(RawPreviewTest, ByLookingThroughTheBytes) {
  // Olympus names its preview in private notes alone.
  EXPECT_EQ(preview_of(tiff(0x4f52, directory({entry(0x100, 1)}) + "notes" + jpeg_)).width,
            whole_.width);
}

TEST_F(RawPreviewTest, TheRawFilesOrientationIsTheJpegs) {
  const std::string turned = little(0x112, 2) + little(3, 2) + little(1, 4) + little(8, 4);
  const std::string file = tiff(
      42, directory({turned, entry(0x201, 50), entry(0x202, static_cast<uint32_t>(jpeg_.size()))}) +
              jpeg_);
  EXPECT_EQ(find_raw_preview(as_bytes(file))->orientation, 8);
  EXPECT_EQ(preview_of(file).orientation, 8);
}

TEST_F(RawPreviewTest, NoCutAndNoBitDoesHarm) {
  const std::string file = tiff(
      42, directory({entry(0x14a, 26)}) +
              directory({entry(0x201, 56), entry(0x202, static_cast<uint32_t>(jpeg_.size()))}) +
              jpeg_);
  for (size_t size = 0; size < 80; ++size) preview_of(file.substr(0, size));
  for (size_t at = 0; at < 56; ++at) {
    for (const int bit : {1, 16, 128}) {
      std::string hurt = file;
      hurt[at] = static_cast<char>(hurt[at] ^ bit);
      preview_of(hurt);
    }
  }
}

TEST_F(RawPreviewTest, DirectoriesThatPointAtEachOtherEnd) {
  EXPECT_EQ(preview_of(tiff(42, directory({entry(0x14a, 8)}, 8))).width, 0);
}

TEST(HasRawEnding, KnowsTheMakers) {
  for (const char* name : {"a.CR2", "b/c.nef", "x.Dng", "y.raf"}) EXPECT_TRUE(has_raw_ending(name));
  for (const char* name : {"a.jpg", "nef", "a.nef.xmp", "a"}) EXPECT_FALSE(has_raw_ending(name));
}

}  // namespace
}  // namespace tandem
