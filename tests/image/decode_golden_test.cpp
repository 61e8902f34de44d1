// Every picture of the golden cases decodes to Pillow's mode, size and bytes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "golden_folder.h"
#include "image/decode.h"
#include "image/pillow_bytes.h"
#include "image/sha256.h"
#include "tandem/error.h"

namespace tandem {
namespace {

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

void expect_decodes(const std::string& folder, const nlohmann::json& item) {
  const std::string name = item["file"];
  SCOPED_TRACE(name);
  const std::string bytes = read_file(folder + "/" + name);
  const Image image = decode_image(as_bytes(bytes), name);
  EXPECT_STREQ(name_of(image.mode), item["mode"].get<std::string>().c_str());
  EXPECT_EQ(image.width, item["size"][0].get<int>());
  EXPECT_EQ(image.height, item["size"][1].get<int>());
  if (item.contains("decoded_sha256")) {
    EXPECT_EQ(tandem_test::Sha256::of(tandem_test::pillow_bytes(image)),
              item["decoded_sha256"].get<std::string>());
  }
  const ImageInfo info = image_info(as_bytes(bytes), name);
  if (item.contains("format")) {
    EXPECT_EQ(info.format, item["format"].get<std::string>());
  }
  EXPECT_EQ(info.width, image.width);
  EXPECT_EQ(info.height, image.height);
}

void expect_refused(const std::string& folder, const nlohmann::json& item) {
  const std::string name = item["file"];
  SCOPED_TRACE(name);
  const std::string bytes = read_file(folder + "/" + name);
  EXPECT_THROW(decode_image(as_bytes(bytes), name), Error);
}

nlohmann::json items_of(const std::string& folder) {
  return nlohmann::json::parse(read_file(folder + "/case.json"))["items"];
}

TEST(DecodeGolden, OpenaiPicturesAreThoseOfPillow) {
  TANDEM_GOLDEN(folder, "pixels/openai_preprocess");
  const nlohmann::json items = items_of(folder);
  ASSERT_FALSE(items.empty());
  for (const nlohmann::json& item : items) {
    // An error beside a digest came after decoding.
    if (item.contains("error") && !item.contains("decoded_sha256"))
      expect_refused(folder, item);
    else
      expect_decodes(folder, item);
  }
}

TEST(DecodeGolden, OpenClipPicturesAreThoseOfPillow) {
  TANDEM_GOLDEN(folder, "pixels/open_clip_preprocess");
  const nlohmann::json items = items_of(folder);
  ASSERT_FALSE(items.empty());
  for (const nlohmann::json& item : items) expect_decodes(folder, item);
}

TEST(Sha256, GivesThePublishedDigests) {
  const auto digest = [](std::string_view text) {
    return tandem_test::Sha256::of({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace tandem
