#include "sort/xmp_sidecar.h"

#include <gtest/gtest.h>

#include <iostream>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "sort/tag.h"
#include "sort/undo.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;
using Names = std::vector<std::string>;

// As darktable writes one: its own namespace, a list of structures, a rating, a title in two
// languages, a keyword.
constexpr const char* kSidecar = R"(<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="4" darktable:history_end="2">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Cat &amp; dog</rdf:li>
     <rdf:li xml:lang="de">Katze</rdf:li></rdf:Alt></dc:title>
   <dc:subject><rdf:Bag><rdf:li>holiday</rdf:li></rdf:Bag></dc:subject>
   <darktable:history><rdf:Seq>
     <rdf:li darktable:num="0" darktable:operation="exposure" darktable:params="gz02eJx"/>
     <rdf:li darktable:num="1" darktable:operation="sharpen" darktable:params="000000"/>
   </rdf:Seq></darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
)";

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(XmpSidecar, ANewOneHoldsTheKeywords) {
  const std::string text =
      with_categories(std::nullopt, Names{"animals/dogs", "caf\xc3\xa9s"}, "x.xmp");
  EXPECT_EQ(count(text, "<rdf:li>dogs</rdf:li>"), 1u) << text;
  EXPECT_EQ(count(text, "<rdf:li>caf\xc3\xa9s</rdf:li>"), 1u);
  EXPECT_EQ(count(text, "<rdf:li>animals|dogs</rdf:li>"), 1u);
  EXPECT_NE(text.find("http://ns.adobe.com/lightroom/1.0/"), std::string::npos);
  EXPECT_NE(text.find("http://purl.org/dc/elements/1.1/"), std::string::npos);
}

// Every byte of the old one is there, in its order, with the keyword put in between.
TEST(XmpSidecar, MergingLosesNothing) {
  const std::string text = with_categories(kSidecar, Names{"dogs"}, "x.xmp");
  const std::string added = "<rdf:li>dogs</rdf:li>";
  const size_t at = text.find(added);
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_EQ(text.substr(0, at) + text.substr(at + added.size()), kSidecar);
  EXPECT_GT(at, text.find("<rdf:li>holiday</rdf:li>"));
}

TEST(XmpSidecar, ListsOfOtherKindsAreTakenToo) {
  std::string text = kSidecar;
  for (const char* tag : {"<rdf:Bag>", "</rdf:Bag>"}) {
    const size_t at = text.find(tag);
    text.replace(at, std::string(tag).size(),
                 std::string(tag).replace(std::string(tag).find("Bag"), 3, "Seq"));
  }
  EXPECT_EQ(count(with_categories(text, Names{"dogs"}, "x.xmp"), "holiday</rdf:li><rdf:li>dogs<"),
            1u);
  EXPECT_EQ(count(with_categories(kSidecar, Names{"a/b"}, "x.xmp"), "<rdf:li>a|b</rdf:li>"), 1u);
}

TEST(XmpSidecar, KeywordsStaySingle) {
  const std::string once = with_categories(kSidecar, Names{"holiday", "dogs"}, "x.xmp");
  EXPECT_EQ(count(once, "<rdf:li>holiday</rdf:li>"), 1u);
  EXPECT_EQ(with_categories(once, Names{"holiday", "dogs"}, "x.xmp"), once);
  EXPECT_EQ(with_categories(kSidecar, Names{"holiday"}, "x.xmp"), kSidecar) << "byte for byte";
}

TEST(XmpSidecar, HostileNamesAreText) {
  const std::string text = with_categories(std::nullopt, Names{"a<b>&\"c\"]]>"}, "x.xmp");
  EXPECT_EQ(text.find("a<b>"), std::string::npos);
  EXPECT_EQ(with_categories(text, Names{"a<b>&\"c\"]]>"}, "x.xmp"), text);
}

TEST(XmpSidecar, WhatIsNoXmpStaysAsItIs) {
  for (const char* text : {"", "hello", "<a/>", "<rdf:RDF", "<x>RDF</x", "RDF",
                           "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\xff"})
    EXPECT_NE(refusal([&] { with_categories(text, Names{"dogs"}, "x.xmp"); }), "") << text;
}

TEST(XmpSidecar, SubjectsThatAreNoListAreRefused) {
  const std::string odd =
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
      "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" "
      "xmlns:lr=\"http://ns.adobe.com/lightroom/1.0/\" lr:hierarchicalSubject=\"one\"/>"
      "</rdf:RDF></x:xmpmeta>";
  EXPECT_NE(refusal([&] { with_categories(odd, Names{"a/b"}, "x.xmp"); }).find("no list"),
            std::string::npos);
}

TEST(XmpSidecar, IsWrittenBesideThePictureAndTakenBack) {
  const ScratchFolder folder;
  folder.write("new.jpg", "");
  folder.write("old.jpg", "");
  folder.write("old.xmp", kSidecar);
  const std::string log_path = folder.path("log");
  {
    ActionLog log = ActionLog::create(log_path);
    EXPECT_TRUE(write_sidecar(folder.path("new.jpg"), Names{"dogs"}, SidecarName::full, log));
    EXPECT_TRUE(write_sidecar(folder.path("old.jpg"), Names{"dogs"}, SidecarName::full, log));
    EXPECT_FALSE(write_sidecar(folder.path("old.jpg"), Names{"dogs"}, SidecarName::full, log));
    EXPECT_FALSE(write_sidecar(folder.path("old.jpg"), Names{}, SidecarName::full, log));
  }
  EXPECT_NE(read_file(folder.path("new.jpg.xmp")).find("dogs"), std::string::npos);
  EXPECT_NE(read_file(folder.path("old.xmp")).find("dogs"), std::string::npos);
  EXPECT_NE(read_file(folder.path("old.xmp")).find("holiday"), std::string::npos);
  const auto figures =
      undo_actions(log_path, [](const std::string& said) { ADD_FAILURE() << said; });
  EXPECT_EQ(figures.undone, 2);
  EXPECT_EQ(read_file(folder.path("old.xmp")), kSidecar);
  EXPECT_NE(refusal([&] { read_file(folder.path("new.jpg.xmp")); }), "");
}

TEST(XmpSidecar, AnEditedOneIsNotTakenBack) {
  const ScratchFolder folder;
  folder.write("a.jpg", "");
  const std::string log_path = folder.path("log");
  {
    ActionLog log = ActionLog::create(log_path);
    write_sidecar(folder.path("a.jpg"), Names{"dogs"}, SidecarName::shortened, log);
  }
  folder.write("a.xmp", "mine now");
  int refused = 0;
  undo_actions(log_path, [&](const std::string&) { ++refused; });
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(read_file(folder.path("a.xmp")), "mine now");
}

TEST(XmpSidecar, TheLibrarySpeaksInSentencesOfOurs) {
  testing::internal::CaptureStderr();
  const std::string sentence =
      refusal([&] { with_categories("<rdf:RDF><a>", Names{"dogs"}, "x.xmp"); });
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_NE(sentence.find("x.xmp: is no XMP"), std::string::npos) << sentence;
  testing::internal::CaptureStderr();
  std::cerr << "heard again" << std::flush;
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "heard again");
}

}  // namespace
}  // namespace tandem
