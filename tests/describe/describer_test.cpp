#include "describe/describer.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "describe/fit_describer.h"
#include "golden_folder.h"

namespace tandem {
namespace {

using tandem_test::refusal;

/// The tests' tiny model: random, so that its answers mean nothing and its rules are seen.
class DescriberTest : public ::testing::Test {
 protected:
  void SetUp() override {
    case_ = tandem_test::golden_case("zero_shot/one_template");
    if (case_.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    model_.emplace(Model::load(case_ + "/hf"));
    picture_ = case_ + "/images/0_rgb_50x38.png";
  }

  CaptionBank bank(std::vector<std::string> sentences) const {
    return {std::move(sentences), 0, 0};
  }

  Proposal proposal(std::optional<PictureRole> role, const DescribeOptions& options,
                    double offset = 0, int64_t pictures = 100) const {
    DescribeCalibration calibration = unfitted_calibration();
    calibration.sentence = {offset, 0, pictures};  // one confidence for every picture
    const Describer describer(*model_, bank({"A dog on grass.", "A cat."}), calibration, options);
    const std::string file = read_file(picture_);
    return propose(std::as_bytes(std::span(file)), picture_, role, &describer);
  }

  std::string case_, picture_;
  std::optional<Model> model_;
};

TEST_F(DescriberTest, RefusesBelowTheConfidenceAndSaysMayShowWhereUnsure) {
  const auto refused = proposal({}, {.min_confidence = 0.6, .sure = 0.8});
  EXPECT_FALSE(refused.alt);
  EXPECT_DOUBLE_EQ(*refused.confidence, 0.5);
  EXPECT_TRUE(refused.role_assumed);
  EXPECT_NE(refused.confirm.find("role assumed"), std::string::npos);
  const auto unsure = proposal(PictureRole::informative, {.min_confidence = 0.5, .sure = 0.8});
  ASSERT_TRUE(unsure.alt);
  EXPECT_TRUE(unsure.alt->starts_with("May show: a ")) << *unsure.alt;
  EXPECT_FALSE(unsure.role_assumed);
}

TEST_F(DescriberTest, OnlyAFittedModelAndAClearPictureAreSure) {
  const DescribeOptions options{.min_confidence = 0, .sure = 0.4};
  EXPECT_TRUE(proposal({}, options, 0, 0).alt->starts_with("May show"));  // not fitted
  const auto fitted = proposal({}, options);
  EXPECT_EQ(fitted.alt->starts_with("May show"), !fitted.warnings.empty());
}

TEST_F(DescriberTest, RolesDecideWhatIsProposed) {
  const DescribeOptions options{.min_confidence = 0, .sure = 1};
  const auto link = proposal(PictureRole::functional, options);
  EXPECT_FALSE(link.alt);
  EXPECT_TRUE(link.seen.starts_with("May show"));
  EXPECT_NE(link.confirm.find("where the link leads"), std::string::npos);
  const auto chart = proposal(PictureRole::complex, options);
  EXPECT_NE(chart.confirm.find("long description"), std::string::npos);
  EXPECT_EQ(chart.facets.back().key, "graphic");
  const std::string file = read_file(picture_);
  const auto bytes = std::as_bytes(std::span(file));
  EXPECT_EQ(propose(bytes, picture_, PictureRole::decorative, nullptr).alt, "");
  const auto words = propose(bytes, picture_, PictureRole::text, nullptr);
  EXPECT_FALSE(words.alt);
  EXPECT_NE(words.confirm.find("CLIP does not read"), std::string::npos);
  EXPECT_NE(refusal([&] { propose(bytes, picture_, {}, nullptr); }), "");
  EXPECT_NE(refusal([&] { propose(bytes.first(20), "x", PictureRole::text, nullptr); }), "");
}

TEST_F(DescriberTest, TheSentenceThatAgreesWithItsNeighboursIsChosen) {
  // Of sentences at one place for the model (the same words in another order of letters' case), the
  // one whose words most others share.
  const Describer describer(
      *model_,
      bank({"A zebra.", "A dog on grass.", "A dog running on grass.", "A dog sitting on grass."}),
      unfitted_calibration());
  const auto best = describer.best_sentence(model_->encode_image(picture_));
  EXPECT_NE(best.index, 0u);
  EXPECT_GT(best.agreement, 0);
  EXPECT_LT(best.agreement, 1);
}

TEST_F(DescriberTest, AnotherModelsCalibrationIsRefused) {
  DescribeCalibration calibration = unfitted_calibration();
  calibration.space = "another";
  EXPECT_NE(
      refusal([&] { Describer(*model_, bank({"A cat."}), calibration); }).find("fit it again"),
      std::string::npos);
  EXPECT_NE(refusal([&] { Describer(*model_, bank({}), unfitted_calibration()); }), "");
}

TEST_F(DescriberTest, FitsOnDescribedPictures) {
  const tandem_test::ScratchFolder folder;
  std::string lines;
  for (int i = 0; i < 24; ++i)
    lines += R"({"image": ")" + picture_ + R"(", "captions": [")" +
             (i % 3 ? "a dog on grass" : "a boat") +
             R"("], "facts": {"where": "outdoors", "medium": null}})" + "\n";
  lines += R"({"image": "missing.png"})";
  const auto pictures = read_described_pictures(folder.write("described.jsonl", lines));
  ASSERT_EQ(pictures.size(), 25u);
  EXPECT_EQ(pictures[24].image, folder.path("missing.png"));
  EXPECT_EQ(pictures[0].facts.at("medium"), facet_question("medium").answers.size());
  const Describer describer(*model_, bank({"A dog on grass.", "Dogs on grass."}),
                            unfitted_calibration());
  int failed = 0;
  const auto fit =
      fit_describer(describer, pictures, [&](size_t, const Error* error) { failed += !!error; });
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(fit.sentence.pictures, 24);
  EXPECT_EQ(fit.space, model_->fingerprint().space);
  // Equal pictures, two thirds right; the penalty pulls towards one half by less than 0.01.
  const auto best = describer.best_sentence(model_->encode_image(picture_));
  EXPECT_NEAR(fit.sentence.confidence(best.agreement), 2.0 / 3, 0.01);
  EXPECT_EQ(fit.facets[1].pictures, 24);
  EXPECT_EQ(fit.facets[0].pictures, 0);
  EXPECT_NE(refusal([&] {
              fit_describer(describer, {pictures.begin(), pictures.begin() + 5},
                            [](size_t, const Error*) {});
            }).find("too few"),
            std::string::npos);
}

TEST(DescribedPictures, WhatIsWrongIsNamedByItsLine) {
  const tandem_test::ScratchFolder folder;
  for (const char* line : {"x", "[]", "{}", R"({"image": 3})", R"({"image": "a", "captions": [3]})",
                           R"({"image": "a", "facts": {"what": "a ghost"}})",
                           R"({"image": "a", "facts": {"mood": "glad"}})"}) {
    const auto path = folder.write("described.jsonl", std::string("\n") + line + "\n");
    EXPECT_NE(refusal([&] { read_described_pictures(path); }), "") << line;
  }
}

}  // namespace
}  // namespace tandem
