#include "train/event_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/files.h"
#include "base/scratch_folder.h"

using namespace tandem;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

uint64_t number_at(const std::string& bytes, size_t at, size_t width) {
  uint64_t value = 0;
  std::memcpy(&value, &bytes.at(at), width);
  return value;
}

/// The records of a file, whose frames must hold.
std::vector<std::string> records_of(const std::string& bytes) {
  std::vector<std::string> records;
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = number_at(bytes, at, 8);
    records.push_back(bytes.substr(at + 12, length));
    EXPECT_EQ(bytes.substr(at, length + 16), framed_record(records.back()));
    at += length + 16;
  }
  return records;
}

TEST(EventFile, TheCrcIsCastagnolis) {
  // RFC 3720, appendix B.4, and the check value of CRC-32C
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
}

TEST(EventFile, RecordsAreFramedAsTensorFlowFramesThem) {
  // The first record that TensorBoard 2's own writer wrote: 72 bytes of an Event.
  const std::string event =
      "\x09\x0E\x03\xBE"
      "ab\xC1\xDA"
      "A\x1A\x0D"
      "brain.Event:2"
      "R.\n,tensorboard.summary.writer.event_file_writer";
  ASSERT_EQ(event.size(), 72u);
  const std::string frame("H\0\0\0\0\0\0\0\xFE\x92\x48\x9D", 12);
  EXPECT_EQ(framed_record(event), frame + event + "0\xD3\x7F+");
}

TEST(EventFile, ScalarsAreOneEventAStep) {
  const tandem_test::ScratchFolder folder;
  {
    EventFile events(folder.path(""), 0);
    const std::vector<std::pair<std::string, double>> scalars = {{"train/loss", 0.5}, {"lr", 1}};
    events.add_scalars(300, scalars);
  }
  const auto files = files_of(folder.path(""));
  ASSERT_EQ(files.size(), 1u);
  EXPECT_NE(files[0].find("events.out.tfevents."), std::string::npos);
  const auto records = records_of(read_file(files[0]));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_NE(records[0].find("brain.Event:2"), std::string::npos);
  // step = 300, then the summary with both values; the time comes first, in 9 bytes
  const std::string expected(
      "\x10\xAC\x02\x2A\x1E"
      "\x0A\x11\x0A\x0A"
      "train/loss"
      "\x15\0\0\0\x3F"
      "\x0A\x09\x0A\x02"
      "lr"
      "\x15\0\0\x80\x3F",
      35);
  EXPECT_EQ(records[1].substr(9, expected.size()), expected);
}

TEST(EventFile, ALaterFileSortsBehindAndVoidsItsSteps) {
  const tandem_test::ScratchFolder folder;
  folder.write("events.out.tfevents.9999999998.other.host", "");
  { EventFile first(folder.path(""), 0); }
  { EventFile second(folder.path(""), 21); }
  const auto files = files_of(folder.path(""));
  ASSERT_EQ(files.size(), 3u) << "each writer has a file of its own";
  EXPECT_EQ(records_of(read_file(files[1])).size(), 1u);
  const auto records = records_of(read_file(files[2]));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].substr(9), std::string("\x10\x15\x3A\x02\x08\x01", 6))
      << "step 21, a session's start";
}

}  // namespace
