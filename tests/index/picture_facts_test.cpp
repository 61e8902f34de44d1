// What photographs say of themselves.
#include "index/picture_facts.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "index/picture_folder.h"
#include "index/picture_reading.h"

namespace tandem {
namespace {

using tandem_test::as_bytes;
using tandem_test::big;
using tandem_test::noise_png;
using tandem_test::png_chunk;

/// A big-endian EXIF block: orientation, a date, and the place 48 30' 36" north, 2 15' west.
std::string exif(int orientation, int fraction = 5) {
  const auto entry = [](int tag, int type, uint32_t count, const std::string& value) {
    return big(tag, 2) + big(type, 2) + big(count, 4) + value;
  };
  // Header 8, IFD0 at 8 (3 entries: 42), Exif at 50 (1: 18), GPS at 68 (4: 54), values at 122.
  const std::string ifd0 = big(3, 2) + entry(0x112, 3, 1, big(orientation, 2) + big(0, 2)) +
                           entry(0x8769, 4, 1, big(50, 4)) + entry(0x8825, 4, 1, big(68, 4)) +
                           big(0, 4);
  const std::string camera = big(1, 2) + entry(0x9003, 2, 20, big(122, 4)) + big(0, 4);
  const std::string gps =
      big(4, 2) + entry(1, 2, 2, std::string("N\0\0\0", 4)) + entry(2, fraction, 3, big(142, 4)) +
      entry(3, 2, 2, std::string("W\0\0\0", 4)) + entry(4, fraction, 3, big(166, 4)) + big(0, 4);
  const auto angle = [](int degrees, int minutes, int seconds) {
    return big(degrees, 4) + big(1, 4) + big(minutes, 4) + big(1, 4) + big(seconds, 4) + big(1, 4);
  };
  return std::string("MM\0\x2a\0\0\0\x08", 8) + ifd0 + camera + gps + "2024:05:17 09:30:12" +
         std::string(1, '\0') + angle(48, 30, 36) + angle(2, 15, 0);
}

/// The picture with a chunk after its header chunk (8 + 25 bytes).
std::string with_chunk(const std::string& png, const std::string& chunk) {
  return std::string(png).insert(33, chunk);
}

std::string with_app1(std::string jpeg, const std::string& body) {
  return jpeg.insert(2, "\xff\xe1" + big(body.size() + 2, 2) + body);
}

const std::string kKeywords =
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
    "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
    "xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:subject><rdf:Bag><rdf:li>dog</rdf:li>"
    "<rdf:li>Stra\xc3\x9f"
    "e &amp; sea</rdf:li><rdf:li>dog</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
    "</x:xmpmeta>";

TEST(PictureFacts, APngSaysWhenAndWhere) {
  const std::string file = with_chunk(noise_png(1, 12, 9), png_chunk("eXIf", exif(6)));
  const PictureFacts facts = picture_facts(as_bytes(file), as_bytes(file), "x");
  EXPECT_EQ(facts.width, 9);  // it lies on its side
  EXPECT_EQ(facts.height, 12);
  EXPECT_EQ(facts.taken_at, 1715938212);  // date -u -d '2024-05-17 09:30:12' +%s
  ASSERT_TRUE(facts.latitude && facts.longitude);
  EXPECT_NEAR(*facts.latitude, 48.51, 1e-9);
  EXPECT_NEAR(*facts.longitude, -2.25, 1e-9);
}

TEST(PictureFacts, AJpegSaysWhenAndWhere) {
  const std::string jpeg =
      read_file(std::string(TANDEM_SOURCE_DIR) + "/tests/image/data/quarters.jpg");
  const std::string file = with_app1(jpeg, std::string("Exif\0\0", 6) + exif(1));
  const PictureFacts facts = picture_facts(as_bytes(file), as_bytes(file), "x");
  EXPECT_EQ(facts.taken_at, 1715938212);
  EXPECT_TRUE(facts.latitude);
}

TEST(PictureFacts, SignedFractionsAreRead) {
  constexpr int kSigned = 10;
  const std::string file = with_chunk(noise_png(1), png_chunk("eXIf", exif(1, kSigned)));
  const PictureFacts facts = picture_facts(as_bytes(file), as_bytes(file), "x");
  ASSERT_TRUE(facts.latitude && facts.longitude);
  EXPECT_NEAR(*facts.latitude, 48.51, 1e-9);
}

TEST(PictureFacts, AHeicsBlockMayStandBare) {
  const std::string heic =
      read_file(std::string(TANDEM_SOURCE_DIR) + "/tests/image/data/quarters.heic");
  const std::string file = heic + exif(1);
  EXPECT_EQ(picture_facts(as_bytes(file), as_bytes(file), "x").taken_at, 1715938212);
}

TEST(PictureFacts, WithoutExifThereAreNoFacts) {
  const std::string file = noise_png(1);
  const PictureFacts facts = picture_facts(as_bytes(file), as_bytes(file), "x");
  EXPECT_EQ(facts.width, 12);
  EXPECT_FALSE(facts.taken_at || facts.latitude || facts.longitude);
  EXPECT_TRUE(facts.tags.empty());
}

TEST(PictureFacts, NoCutOfAnExifBlockDoesHarm) {
  const std::string whole = exif(6);
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string file = with_chunk(noise_png(1), png_chunk("eXIf", whole.substr(0, size)));
    EXPECT_NO_THROW(picture_facts(as_bytes(file), as_bytes(file), "x")) << size;
  }
}

TEST(ExifTime, OnlyMomentsOfTheCalendarCount) {
  EXPECT_EQ(seconds_of_exif_time("1970:01:01 00:00:01"), 1);
  EXPECT_EQ(seconds_of_exif_time("2000:02:29 12:00:00"), 951825600);
  for (const char* text : {"", "0000:00:00 00:00:00", "2023:02:29 00:00:00", "2024:13:01 00:00:00",
                           "2024:01:01 25:00:00", "yesterday", "    :  :     :  :  "})
    EXPECT_FALSE(seconds_of_exif_time(text)) << text;
}

TEST(XmpKeywords, AreTheSubjectsOfThePacket) {
  const std::string file = with_chunk(
      noise_png(1), png_chunk("iTXt", "XML:com.adobe.xmp" + std::string(5, '\0') + kKeywords));
  EXPECT_EQ(xmp_keywords(as_bytes(file)), (std::vector<std::string>{"Stra\xc3\x9f"
                                                                    "e & sea",
                                                                    "dog"}));
}

TEST(XmpKeywords, DamagedPacketsHaveNone) {
  for (const size_t size : {size_t{12}, size_t{100}, kKeywords.size() - 1})
    EXPECT_TRUE(xmp_keywords(as_bytes(kKeywords.substr(0, size))).empty()) << size;
  EXPECT_TRUE(xmp_keywords(as_bytes("<x:xmpmeta dc:subject <<< </x:xmpmeta>")).empty());
}

TEST(ReadPicture, ARawFileIsReadByItsPreview) {
  const tandem_test::ScratchFolder folder;
  const std::string jpeg =
      read_file(std::string(TANDEM_SOURCE_DIR) + "/tests/image/data/quarters.jpg");
  // One directory: orientation 6, and where the JPEG stands.
  const auto entry = [](int tag, int type, uint32_t value) {
    return big(tag, 2) + big(type, 2) + big(1, 4) +
           (type == 3 ? big(value, 2) + big(0, 2) : big(value, 4));
  };
  const std::string raw = std::string("MM\0\x2a\0\0\0\x08", 8) + big(3, 2) + entry(0x112, 3, 6) +
                          entry(0x201, 4, 50) + entry(0x202, 4, jpeg.size()) + big(0, 4) + jpeg +
                          std::string(100, 'r');
  const PictureReading reading = read_picture(folder.write("x.NEF", raw));
  EXPECT_EQ(reading.failure, "");
  EXPECT_EQ(reading.record.size, static_cast<int64_t>(raw.size()));
  EXPECT_EQ(reading.picture.size(), jpeg.size() + 36);  // with an orientation of its own
  const PictureReading none = read_picture(folder.write("y.nef", "MM\0\x2a nothing"));
  EXPECT_NE(none.failure.find("no preview"), std::string::npos) << none.failure;
}

TEST(ReadPicture, AFileThatIsWrittenToIsLeftForLater) {
  // It says that it has no bytes and gives some, at every try, as a file does that grows meanwhile.
  const PictureReading reading = read_picture("/proc/self/status");
  EXPECT_NE(reading.failure.find("is being written to"), std::string::npos) << reading.failure;
  EXPECT_EQ(reading.record.modified_ns, kTryAgain);
}

TEST(ReadPicture, AFileThatWentIsNoFailureToKeep) {
  const tandem_test::ScratchFolder folder;
  const std::string path = folder.write("x.png", noise_png(1));
  EXPECT_EQ(read_picture(path).record.hash, hash_of_file(path));
  EXPECT_TRUE(read_picture(folder.path("none.png")).gone);
}

}  // namespace
}  // namespace tandem
