// Tar archives as programs write them, and as they break.
#include "data/tar.h"

#include <gtest/gtest.h>

#include "data/data_builder.h"

namespace tandem {
namespace {

using tandem_test::pax_record;
using tandem_test::refusal;
using tandem_test::tar_entry;
using tandem_test::tar_header;

std::vector<TarMember> members_of(const std::string& tar) {
  TarReader reader(
      [&](uint64_t offset, std::span<std::byte> out) {
        ASSERT_LE(offset + out.size(), tar.size());
        std::memcpy(out.data(), tar.data() + offset, out.size());
      },
      tar.size(), "x.tar");
  std::vector<TarMember> members;
  while (auto member = reader.next()) members.push_back(*member);
  return members;
}

std::string contents(const std::string& tar, const TarMember& member) {
  return tar.substr(member.data, member.size);
}

const std::string kEnd(1024, '\0');

TEST(Tar, FilesAreFoundWithNamesAndPlaces) {
  const std::string tar = tar_entry("a.jpg", "picture") + tar_entry("dir/", "", '5') +
                          tar_entry("dir/a.txt", "") + tar_entry("link", "", '2') + kEnd;
  const auto members = members_of(tar);
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[0].name, "a.jpg");
  EXPECT_EQ(members[0].begin, 0u);
  EXPECT_EQ(contents(tar, members[0]), "picture");
  EXPECT_EQ(members[1].name, "dir/a.txt");
  EXPECT_EQ(members[1].size, 0u);
}

TEST(Tar, LongNamesOfEveryKindAreWhole) {
  const std::string name = std::string(120, 'd') + "/" + std::string(130, 'f') + ".jpg";
  const std::string gnu =
      tar_entry("././@LongLink", name + std::string(1, '\0'), 'L') + tar_entry(name, "gnu");
  const std::string pax = tar_entry("PaxHeaders/x", pax_record("path", name), 'x') +
                          tar_entry(name.substr(0, 100), "pax");
  const std::string ustar = tar_entry(std::string(90, 'f'), "ustar", '0', std::string(150, 'd'));
  const std::string tar = gnu + pax + ustar + kEnd;
  const auto members = members_of(tar);
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].name, name);
  EXPECT_EQ(contents(tar, members[0]), "gnu");
  EXPECT_EQ(members[1].name, name);
  EXPECT_EQ(members[1].begin, gnu.size()) << "a sample begins where its first header does";
  EXPECT_EQ(contents(tar, members[1]), "pax");
  EXPECT_EQ(members[2].name, std::string(150, 'd') + "/" + std::string(90, 'f'));
}

TEST(Tar, LargeSizesAreReadInBase256AndFromPax) {
  std::string base256 = tar_header("a.jpg", 0);
  base256.replace(124, 12, std::string("\x80\0\0\0\0\0\0\0\0\0\0\x05", 12));
  uint64_t sum = 8 * ' ';
  for (size_t i = 0; i < 512; ++i)
    if (i < 148 || i >= 156) sum += static_cast<uint8_t>(base256[i]);
  base256.replace(148, 7, fmt::format("{:06o}", sum) + std::string(1, '\0'));
  std::string tar = base256 + "12345" + std::string(507, '\0');
  std::string second = tar_entry("b.jpg", "");
  tar += tar_entry("x", pax_record("size", "3"), 'x') + second + "abc" + std::string(509, '\0');
  const auto members = members_of(tar + kEnd);
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(contents(tar, members[0]), "12345");
  EXPECT_EQ(contents(tar, members[1]), "abc");
}

TEST(Tar, ArchivesBehindEachOtherAreOneAndTheEndMarkMayBeMissing) {
  const std::string tar = tar_entry("a.jpg", "a") + kEnd + tar_entry("b.jpg", "b");
  EXPECT_EQ(members_of(tar).size(), 2u);
  EXPECT_TRUE(members_of("").empty());
}

TEST(Tar, WhatIsDamagedIsRefusedInOneSentence) {
  const std::string whole = tar_entry("a.jpg", std::string(2000, 'x')) + kEnd;
  std::string flipped = whole;
  flipped[3] ^= 1;
  std::string later = tar_entry("b.jpg", "b") + flipped;
  const std::string pax = pax_record("path", "name");
  const struct {
    std::string tar, says;
  } cases[] = {
      {whole.substr(0, 1500), "is truncated, \"a.jpg\" needs 2000 bytes"},
      {whole.substr(0, 300), "is truncated in a header at byte 0"},
      {flipped, "is no tar archive"},
      {later, "is damaged (the header at byte 1024)"},
      {std::string("\x1f\x8b", 2) + std::string(600, 'z'), "compressed with gzip"},
      {std::string("\x28\xb5\x2f\xfd", 4) + std::string(600, 'z'), "compressed with zstd"},
      {tar_entry("x", "99 path=name\n", 'x') + whole, "pax header at byte 0 is damaged"},
      {tar_entry("x", "3 \n", 'x') + whole, "pax header at byte 0 is damaged"},
      {tar_entry("x", pax_record("size", "12x"), 'x') + whole, "pax header at byte 0 is damaged"},
      {tar_entry("x", pax_record("size", "99999999"), 'x') + whole, "is truncated, \"a.jpg\""},
      {tar_entry("x", pax_record("GNU.sparse.major", "1"), 'x') + whole, "sparse"},
      {tar_entry("s", "", 'S') + whole, "sparse"},
      {tar_header("x", uint64_t{1} << 32, 'L') + whole, "is truncated"},
      {tar_header("a\x1b[31m.jpg", 9999), "\"a?[31m.jpg\""},
  };
  for (const auto& c : cases) {
    const std::string said = refusal([&] { members_of(c.tar); });
    EXPECT_NE(said.find("x.tar: "), std::string::npos) << said;
    EXPECT_NE(said.find(c.says), std::string::npos) << said << "\nwanted: " << c.says;
  }
}

}  // namespace
}  // namespace tandem
