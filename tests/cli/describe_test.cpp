// tandem describe as a user runs it.

#include <gtest/gtest.h>

#include "base/scratch_folder.h"
#include "cli/program.h"
#include "golden_folder.h"

namespace {

using nlohmann::json;
using tandem_test::run_tandem;

class Describe : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto golden = tandem_test::golden_case("zero_shot/one_template");
    if (golden.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    model_ = " --model " + golden + "/hf ";
    std::filesystem::copy(golden + "/images/0_rgb_50x38.png", folder_.path("a b.png"));
    picture_ = "'" + folder_.path("a b.png") + "'";
  }

  std::string read(const std::string& name) const {
    std::ifstream file(folder_.path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  tandem_test::ScratchFolder folder_;
  std::string model_, picture_;
};

TEST_F(Describe, GivesTheContractsKeys) {
  const auto outcome =
      run_tandem("describe " + picture_ + " --role informative --min-confidence 0 --json" + model_);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto line = outcome.lines().at(0);
  for (const char* key : {"image", "role", "alt", "confidence", "facets", "warnings", "written_by",
                          "confirm", "role_assumed"})
    EXPECT_TRUE(line.contains(key)) << key;
  EXPECT_EQ(line["written_by"], "machine");
  EXPECT_TRUE(line["alt"].get<std::string>().starts_with("May show: "));
  EXPECT_LE(line["alt"].get<std::string>().size(), 125u);
  for (const char* key : {"what", "where", "people", "medium", "text", "colours"})
    EXPECT_TRUE(line["facets"].contains(key)) << key;
}

TEST_F(Describe, RefusesAndMarksAnAssumedRole) {
  const auto outcome = run_tandem("describe " + picture_ + " --min-confidence 1 --json" + model_);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto line = outcome.lines().at(0);
  EXPECT_TRUE(line["alt"].is_null());
  EXPECT_TRUE(line["written_by"].is_null());
  EXPECT_EQ(line["role"], "informative");
  EXPECT_EQ(line["role_assumed"], true);
  EXPECT_NE(outcome.err.find("only the author knows"), std::string::npos);
}

TEST_F(Describe, SomeRolesNeedNoModel) {
  const auto decorative =
      run_tandem("describe " + picture_ + " --role decorative --json --model /no/such");
  EXPECT_EQ(decorative.exit_code, 0) << decorative.err;
  EXPECT_EQ(decorative.lines().at(0)["alt"], "");
  const auto text = run_tandem("describe - --role text --json --model /no/such < " + picture_);
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_TRUE(text.lines().at(0)["alt"].is_null());
}

TEST_F(Describe, ABankOfOnesOwnIsFiltered) {
  const auto bank = folder_.write("bank.txt", "A man on a bench.\nA boat on a lake.\n");
  const auto outcome = run_tandem("describe " + picture_ + " --captions " + bank +
                                  " --min-confidence 0 --json" + model_);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.lines().at(0)["alt"], "May show: a boat on a lake.");
  EXPECT_NE(outcome.err.find("1 sentences are left out"), std::string::npos) << outcome.err;
}

TEST_F(Describe, FillsAPageAndNamesWhatFailed) {
  const std::string page =
      "<p>\r\n<img src='a%20b.png'><img src=none.png><img alt='' src=x><img src=http://x/y.png>";
  folder_.write("page.html", page);
  const auto outcome = run_tandem(
      "describe --html " + folder_.path("page.html") + " --out " + folder_.path("out.html") +
      " --report " + folder_.path("report.html") + " --min-confidence 0 --json" + model_);
  EXPECT_EQ(outcome.exit_code, 1);
  const auto lines = outcome.lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["filled"], true);
  EXPECT_EQ(lines[0]["line"], 2);
  EXPECT_EQ(lines[1]["error"], "none.png: is not there");
  EXPECT_NE(outcome.err.find("line 2: none.png: is not there"), std::string::npos);
  const std::string filled = read("out.html");
  const size_t at = page.find("<img") + 4;
  EXPECT_TRUE(filled.starts_with(page.substr(0, at) + " alt=\"May show: "));
  EXPECT_TRUE(filled.ends_with(page.substr(at)));
  EXPECT_EQ(read("page.html"), page);
  EXPECT_NE(read("report.html").find("data:image/jpeg;base64,"), std::string::npos);
}

TEST_F(Describe, ThePageItselfIsNeverWritten) {
  const auto page = folder_.write("page.html", "<img role=none src=x>");
  const auto outcome =
      run_tandem("describe --html " + page + " --out " + folder_.path(".") + "/page.html");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("is the page itself"), std::string::npos);
  EXPECT_EQ(read("page.html"), "<img role=none src=x>");
}

TEST_F(Describe, FitsACalibrationAndUsesIt) {
  const auto said = run_tandem("describe " + picture_ + " --min-confidence 0 --json" + model_);
  const std::string alt = said.lines().at(0)["alt"];
  std::string right, wrong;
  for (int i = 0; i < 30; ++i) {
    right += json{{"image", "a b.png"}, {"captions", {"Nothing.", alt}}}.dump() + "\n";
    wrong += json{{"image", "a b.png"}, {"captions", {"Nothing."}}}.dump() + "\n";
  }
  const std::string fit_command = "describe --calibrate " + folder_.path("described.jsonl") +
                                  " --out " + folder_.path("describe.json") + model_;
  folder_.write("described.jsonl", wrong);
  const auto nothing = run_tandem(fit_command);
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_NE(nothing.err.find("wrong for all 30 pictures"), std::string::npos) << nothing.err;
  const std::string lines = right + wrong;
  folder_.write("described.jsonl", lines);
  const auto fitted = folder_.path("describe.json");
  const auto fit = run_tandem(fit_command);
  ASSERT_EQ(fit.exit_code, 0) << fit.err;
  EXPECT_EQ(json::parse(read("describe.json"))["sentence"]["pictures"], 60);
  const auto outcome =
      run_tandem("describe " + picture_ + " --calibration " + fitted + " --json" + model_);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err.find("has no calibration"), std::string::npos);
}

TEST_F(Describe, WrongUsageIsTwo) {
  for (const char* arguments :
       {"", "x.png --role pretty", "x.png --html p.html --out o", "--html p.html", "x.png --out o",
        "x.png --root .", "--html p.html --out o --role text", "--html p.html --out -",
        "x.png --min-confidence 2"})
    EXPECT_EQ(run_tandem(std::string("describe ") + arguments).exit_code, 2) << arguments;
}

}  // namespace
