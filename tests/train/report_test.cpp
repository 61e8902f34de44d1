#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "train/report_chart.h"
#include "train/run_folder.h"
#include "train/small_run.h"

using namespace tandem;
using tandem_test::run_step;

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

Values line(size_t count) {
  Values values;
  for (size_t i = 0; i < count; ++i) {
    values.x.push_back(static_cast<double>(i));
    values.y.push_back(2 * static_cast<double>(i));
  }
  return values;
}

RunLog log_of(const std::string& name, int64_t steps) {
  RunLog log{.name = name};
  for (int64_t step = 1; step <= steps; ++step) log.steps.push_back(run_step(step, steps));
  return log;
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

TEST(ReportCurve, AShortOneStaysAsItIs) {
  const Curve curve = thinned(line(10), 3, /*smooth=*/false);
  EXPECT_EQ(curve.run, 3u);
  EXPECT_EQ(curve.x, line(10).x);
  EXPECT_EQ(curve.y, line(10).y);
  EXPECT_EQ(curve.low, curve.high);
}

TEST(ReportCurve, ALongOneKeepsItsEndsItsMeansAndItsRange) {
  Values values = line(10'000);
  values.y[5000] = -7;
  const Curve curve = thinned(values, 0, /*smooth=*/false, 100);
  ASSERT_EQ(curve.x.size(), 100u);
  EXPECT_EQ(curve.x.front(), 0);
  EXPECT_EQ(curve.x.back(), 9999);
  EXPECT_EQ(curve.y.back(), 2 * 9999);
  EXPECT_EQ(curve.x[10], 1049.5) << "the middle of values 1000 to 1099";
  EXPECT_EQ(curve.y[10], 2 * 1049.5);
  EXPECT_EQ(curve.low[10], 2 * 1000);
  EXPECT_EQ(curve.high[10], 2 * 1099);
  EXPECT_EQ(curve.low[50], -7) << "a single value still shows";
}

TEST(ReportCurve, SmoothingLooksToBothSides) {
  Values values = line(1000);
  for (size_t i = 0; i < 1000; ++i) values.y[i] += i % 2 == 0 ? 50 : -50;
  const Curve curve = thinned(values, 0, /*smooth=*/true, 1000);
  EXPECT_NEAR(curve.y[500], 1000, 6) << "21 values around: no lag, a 21st of the wave";
  EXPECT_EQ(curve.high[500], 1050);
}

TEST(ReportCurve, WhatIsNotFiniteIsLeftOut) {
  Values values = line(4);
  values.y[0] = kNothing;
  values.y[2] = HUGE_VAL;
  EXPECT_EQ(thinned(values, 0, false).x, (std::vector<double>{1, 3}));
  EXPECT_TRUE(thinned({{1}, {kNothing}}, 0, true).x.empty());
}

TEST(ReportAxis, ShowsTheBandButForASpike) {
  Curve curve = thinned(line(1000), 0, false, 1000);
  curve.high[3] = 1e9;
  const Range range = range_of({curve}, /*from_zero=*/false);
  EXPECT_LE(range.low, 0);
  EXPECT_GT(range.high, 1998);
  EXPECT_LT(range.high, 2300);
}

TEST(ReportAxis, IsNeverEmpty) {
  for (const auto& curves : std::vector<std::vector<Curve>>{
           {}, {{}}, {thinned({{1}, {0}}, 0, false)}, {thinned({{1, 2}, {5, 5}}, 0, false)}}) {
    for (const bool from_zero : {false, true}) {
      const Range range = range_of(curves, from_zero);
      EXPECT_LT(range.low, range.high);
      EXPECT_GE(ticks_of(range).size(), 2u);
    }
  }
}

struct TickCase {
  Range range;
  std::vector<double> ticks;
};

TEST(ReportAxis, TicksAreRoundNumbers) {
  for (const auto& [range, ticks] : std::vector<TickCase>{
           {{0, 1000}, {0, 200, 400, 600, 800, 1000}},
           {{0.9, 5.6}, {1, 2, 3, 4, 5}},
           {{-0.1, 0.1}, {-0.1, -0.05, 0, 0.05, 0.1}},
           {{1.21, 1.29}, {1.22, 1.24, 1.26, 1.28}},
       }) {
    const auto found = ticks_of(range);
    ASSERT_EQ(found.size(), ticks.size()) << range.low << " " << range.high;
    for (size_t i = 0; i < ticks.size(); ++i) EXPECT_NEAR(found[i], ticks[i], 1e-12);
  }
}

TEST(ReportAxis, LabelsHaveEquallyManyDecimals) {
  EXPECT_EQ(tick_label(12000, 2000), "12,000");
  EXPECT_EQ(tick_label(-1500, 500), "-1,500");
  EXPECT_EQ(tick_label(1.5e6, 5e5), "1.5M");
  EXPECT_EQ(tick_label(1, 0.2), "1.0");
  EXPECT_EQ(tick_label(1.25, 0.05), "1.25");
  EXPECT_EQ(tick_label(5e-5, 1e-5), "5e-05");
  EXPECT_EQ(tick_label(0, 1e-5), "0");
  EXPECT_EQ(value_label(1234567), "1,234,567");
  EXPECT_EQ(value_label(0.123456), "0.1235");
  EXPECT_EQ(value_label(kNothing), "none");
}

TEST(ReportPage, HasAChartForEachKindOfValueAndEveryRunInIt) {
  RunLog first = log_of("first", 50), second = log_of("second", 30);
  first.metrics = {{25, {{"zeroshot/x/top1", 0.3}, {"validation/loss", 2.0}}},
                   {50, {{"zeroshot/x/top1", 0.4}, {"validation/loss", 1.5}}}};
  second.remarks = {{7, "a & b: <left out>"}};
  const std::string page = report_page({first, second});
  for (const char* title : {"Loss", "Validation loss", "Logit scale", "Learning rate",
                            "Gradient norm", "Pairs per second", "zeroshot/x/top1"})
    EXPECT_EQ(count(page, std::string("<figcaption><span>") + title + "</span>"), 1u) << title;
  EXPECT_EQ(count(page, "<figcaption><span>Logit bias"), 0u) << "of InfoNCE there is none";
  EXPECT_EQ(count(page, "<path class=\"line c0\""), count(page, "<path class=\"line c1\""));
  EXPECT_NE(page.find("50 of 50"), std::string::npos);
  EXPECT_NE(page.find("Remarks of second"), std::string::npos);
  EXPECT_NE(page.find("step 7: a &amp; b: &lt;left out&gt;"), std::string::npos);
  EXPECT_NE(page.find("<title>first: step 50: 0.4</title>"), std::string::npos)
      << "a dot says its value without a script";
}

TEST(ReportPage, NeedsNothingFromElsewhere) {
  const std::string page = report_page({log_of("run", 20)});
  for (const char* outside : {"http:", "https:", "src=", "href=", "@import", "url("})
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
}

TEST(ReportPage, NamesAreTextAndEqualOnesGetNumbers) {
  const std::string page = report_page({log_of("<b>'\"&", 3), log_of("x", 3), log_of("x", 3)});
  EXPECT_EQ(page.find("<b>'"), std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;'&quot;&amp;"), std::string::npos);
  EXPECT_NE(page.find("x (2)"), std::string::npos);
}

TEST(ReportPage, WhatAPointerReadsIsJson) {
  RunLog log = log_of("run", 2000);
  log.steps[5].loss = kNothing;
  const std::string page = report_page({log});
  size_t charts = 0;
  for (size_t at = 0; (at = page.find("data-curves='", at)) != std::string::npos; ++charts) {
    at += 13;
    EXPECT_NO_THROW(parse_json(page.substr(at, page.find('\'', at) - at), "curves"));
  }
  EXPECT_GE(charts, 5u);
}

TEST(ReportPage, ManyStepsStayASmallPage) {
  EXPECT_LT(report_page({log_of("long", 200'000)}).size(), 400'000u);
}

TEST(ReportPage, ARunThatHasHardlyBegunHasAPage) {
  EXPECT_NE(report_page({RunLog{.name = "empty"}}).find("0 of 0"), std::string::npos);
  EXPECT_NE(report_page({log_of("one", 1)}).find("1 of 1"), std::string::npos);
}

}  // namespace
