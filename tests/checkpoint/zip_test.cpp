#include "checkpoint/zip.h"

#include <gtest/gtest.h>

#include "base/scratch_folder.h"
#include "checkpoint/zip_builder.h"

namespace tandem {
namespace {

using namespace tandem_test;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A zip64 field of these numbers.
std::string zip64_field(const std::vector<uint64_t>& numbers) {
  std::string field;
  put(field, 1, 2), put(field, 8 * numbers.size(), 2);
  for (const uint64_t number : numbers) put(field, number, 8);
  return field;
}

TEST(Zip, ServesStoredEntriesInPlaceAndInflatesOthers) {
  const std::string long_text(1000, 'x');
  const std::string file = zip_of({stored("a/one", "1"), packed("a/long", long_text),
                                   stored("a/folder/", ""), stored("a/empty", "")});
  const ZipEntries entries = parse_zip(bytes_of(file), "x");
  ASSERT_EQ(entries.size(), 3u);
  const ZipEntry& one = entries.find("a/one")->second;
  EXPECT_EQ(text_of(one.packed), "1");
  EXPECT_GE(reinterpret_cast<const char*>(one.packed.data()), file.data());
  EXPECT_LT(reinterpret_cast<const char*>(one.packed.data()), file.data() + file.size());
  const ZipEntry& packed_entry = entries.find("a/long")->second;
  EXPECT_TRUE(packed_entry.is_deflated);
  EXPECT_EQ(text_of(inflate_entry(packed_entry, "x")), long_text);
  EXPECT_EQ(inflate_entry(parse_zip(bytes_of(zip_of({packed("e", "")})), "x").at("e"), "x").size(),
            0u);
}

TEST(Zip, ReadsDataDescriptors) {
  Entry entry = stored("a", "data");
  entry.local.flags = entry.central.flags = 8;
  entry.local.crc = 0;
  entry.local.packed = entry.local.size = 0;
  const std::string file = zip_of({entry});
  EXPECT_EQ(text_of(parse_zip(bytes_of(file), "x").at("a").packed), "data");
}

TEST(Zip, ReadsZip64Sizes) {
  const Entry entry = changed(stored("a", "data"), [](Header& header) {
    header.packed = header.size = 0xffffffff;
    header.extra = zip64_field({4, 4});
  });
  EXPECT_EQ(text_of(parse_zip(bytes_of(zip_of({entry})), "x").at("a").packed), "data");
}

TEST(Zip, ReadsAnArchiveWithACommentAndAnEmptyOne) {
  End end;
  end.comment = 3;
  EXPECT_EQ(parse_zip(bytes_of(zip_of({stored("a", "1")}, end) + "abc"), "x").size(), 1u);
  EXPECT_EQ(parse_zip(bytes_of(zip_of({})), "x").size(), 0u);
}

struct Case {
  const char* what;
  std::string file;
  const char* sentence;
};

void expect_refused(const std::vector<Case>& cases) {
  for (const auto& [what, file, sentence] : cases) {
    const std::string said = refusal([&file = file] {
      for (const auto& [name, entry] : parse_zip(bytes_of(file), "x.pt"))
        if (entry.is_deflated) inflate_entry(entry, "x.pt");
    });
    EXPECT_NE(said.find(sentence), std::string::npos) << what << ": " << said;
    EXPECT_EQ(said.find("x.pt"), 0u) << what << ": " << said;
  }
}

TEST(Zip, RefusesNamesThatLeaveTheFolder) {
  std::vector<Case> cases;
  for (const char* name :
       {"../a", "a/../../b", "a/..", "/etc/passwd", "a\\..\\b", "C:/a", "", "a\nb"})
    cases.push_back({name, zip_of({stored(name, "1")}), "leaves its folder"});
  cases.push_back({"NUL", zip_of({stored(std::string("a\0b", 3), "1")}), "leaves its folder"});
  expect_refused(cases);
  EXPECT_EQ(parse_zip(bytes_of(zip_of({stored("a/..b/c..", "1")})), "x").size(), 1u);
}

TEST(Zip, RefusesDirectoriesThatLie) {
  const Entry good = stored("a", "data");
  const auto lie = [](int64_t entries, int64_t size, int64_t offset, uint16_t disk = 0) {
    return zip_of({stored("a", "data")}, End{entries, size, offset, disk, 0});
  };
  Entry elsewhere = good, other_name = good, other_method = good, other_size = good, beyond = good;
  elsewhere.central.offset = 3;
  other_name.central.name = "b";
  other_method.central.method = 8;
  other_size.central.size = other_size.central.packed = 3;
  beyond.central.offset = 1 << 20;
  const std::string whole = zip_of({good});
  expect_refused({
      {"empty", "", "no directory"},
      {"cut off", whole.substr(0, whole.size() - 1), "no directory"},
      {"something behind it", whole + "x", "no directory"},
      {"more entries than there are", lie(1, 0, 0), "more than its directory can hold"},
      {"many more", lie(60000, 0, 0), "more than its directory can hold"},
      {"no entry where the directory is",
       whole.substr(0, whole.find("PK\1\2")) + "PK\1\3" + whole.substr(whole.find("PK\1\2") + 4),
       "torn directory"},
      {"fewer entries", lie(-1, 0, 0), "behind its directory"},
      {"directory too long", lie(0, 1, 0), "not where its end record says"},
      {"directory elsewhere", lie(0, 0, 1), "not where its end record says"},
      {"directory beyond the end", lie(0, 0, 1 << 30), "not where its end record says"},
      {"several disks", lie(0, 0, 0, 1), "split zip"},
      {"entry elsewhere", zip_of({elsewhere}), "where no entry begins"},
      {"entry beyond the end", zip_of({beyond}), "outside of itself"},
      {"another name", zip_of({other_name}), "in two ways"},
      {"another method", zip_of({other_method}), "in two ways"},
      {"another size", zip_of({other_size}), "in two ways"},
      {"longer than the archive",
       zip_of({changed(good, [](Header& header) { header.packed = header.size = 1 << 20; })}),
       "whole file"},
      {"size that wraps around",
       zip_of({changed(good,
                       [](Header& header) {
                         header.packed = header.size = 0xffffffff;
                         header.extra = zip64_field({~uint64_t{0}, ~uint64_t{0}});
                       })}),
       "whole file"},
      {"zip64 without its field",
       zip_of({changed(good, [](Header& header) { header.packed = header.size = 0xffffffff; })}),
       "64-bit"},
      {"zip64 field too short",
       zip_of({changed(good,
                       [](Header& header) {
                         header.packed = header.size = 0xffffffff;
                         header.extra = zip64_field({4});
                       })}),
       "whole file"},
      {"stored in another size", zip_of({changed(good, [](Header& header) { header.size = 5; })}),
       "stores"},
      {"encrypted", zip_of({changed(good, [](Header& header) { header.flags = 1; })}), "encrypted"},
      {"another compression", zip_of({changed(good, [](Header& header) { header.method = 14; })}),
       "method 14"},
      {"a name twice", zip_of({good, good}), "twice"},
  });
}

TEST(Zip, RefusesEntriesThatShareBytes) {
  // The data of "a" are a local header and data, which the directory lists as "b".
  const std::string inner = zip_of({stored("b", "1")}).substr(0, 32);
  const Entry outer = stored("a", inner);
  Entry hidden = stored("b", "1");
  hidden.central.offset = 31 - (31 + inner.size());  // from the end of "a" back to its data
  expect_refused({{"entry inside another", zip_of({outer, hidden}), "overlap"}});
}

TEST(Zip, RefusesBombs) {
  const std::string zeros(1 << 20, '\0');
  std::vector<Entry> many;
  for (int i = 0; i < 200; ++i) {
    many.push_back(i == 0 ? packed("a", zeros) : many[0]);
    many[i].local.name = many[i].central.name = std::to_string(i);
  }
  expect_refused({
      {"200 MB in 200 kB", zip_of(many), "zip bomb"},
      {"a size that the data cannot have",
       zip_of({changed(packed("a", "data"), [](Header& header) { header.size = 50 << 20; })}),
       "does not unpack"},
      {"all memory there is",
       zip_of({changed(packed("a", "data"),
                       [](Header& header) {
                         header.size = 0xffffffff;
                         header.extra = zip64_field({uint64_t{1} << 62});
                       })}),
       "zip bomb"},
  });
}

TEST(Zip, RefusesDeflatedDataThatIsDamaged) {
  const Entry good = packed("a", std::string(1000, 'x') + "yz");
  Entry torn = good, noise = good;
  torn.bytes.pop_back();
  torn.local.packed = torn.central.packed = torn.bytes.size();
  noise.bytes.assign(noise.bytes.size(), '\xff');
  expect_refused({
      {"cut off", zip_of({torn}), "does not unpack"},
      {"noise", zip_of({noise}), "does not unpack"},
      {"longer than said", zip_of({changed(good, [](Header& header) { --header.size; })}),
       "does not unpack"},
      {"shorter than said", zip_of({changed(good, [](Header& header) { ++header.size; })}),
       "does not unpack"},
      {"wrong CRC", zip_of({changed(good, [](Header& header) { ++header.crc; })}),
       "does not unpack"},
  });
}

TEST(Zip, EveryTruncationIsRefused) {
  const std::string whole = zip_of({stored("a", "data"), packed("b", "more data")});
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(refusal([&] { parse_zip(bytes_of(whole.substr(0, length)), "x"); }), "") << length;
}

}  // namespace
}  // namespace tandem
