#include "train/report_chart.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "text/utf8.h"

namespace tandem {
namespace {

// The picture's own units; the page scales it. The plot lies inside these margins.
constexpr double kWidth = 520, kHeight = 250, kLeft = 56, kRight = 24, kTop = 10, kBottom = 36;
constexpr size_t kColours = 8;  // of report_page.cpp's style

class Axes {
 public:
  Axes(const Chart& chart, double steps)
      : x_{0, std::max(1.0, steps)}, y_(range_of(chart.curves, chart.from_zero)) {}

  double x(double step) const {
    return kLeft + (kWidth - kLeft - kRight) * (step - x_.low) / (x_.high - x_.low);
  }
  double y(double value) const {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * (value - y_.low) / (y_.high - y_.low);
  }
  const Range& steps() const { return x_; }
  const Range& values() const { return y_; }

  std::string svg() const {
    std::string text;
    const auto across = ticks_of(x_), up = ticks_of(y_);
    for (const double tick : up)
      text += fmt::format(
          "<path class=grid d=\"M{0} {1:.1f}H{2}\"/><text x={3} y={4:.1f} class=up>{5}</text>\n",
          kLeft, y(tick), kWidth - kRight, kLeft - 6, y(tick) + 4,
          tick_label(tick, up.size() > 1 ? up[1] - up[0] : tick));
    for (const double tick : across)
      text += fmt::format(
          "<path class=tick d=\"M{0:.1f} {1}v4\"/><text x={0:.1f} y={2} "
          "class=across>{3}</text>\n",
          x(tick), kHeight - kBottom, kHeight - kBottom + 17,
          tick_label(tick, across.size() > 1 ? across[1] - across[0] : tick));
    return text + fmt::format(
                      "<path class=axis d=\"M{} {}H{}\"/><text x={} y={} class=across>step"
                      "</text>\n",
                      kLeft, kHeight - kBottom, kWidth - kRight, (kLeft + kWidth - kRight) / 2,
                      kHeight - 4);
  }

 private:
  Range x_, y_;
};

std::string colour(size_t run) {
  return fmt::format("c{}{}", run % kColours, run / kColours % 2 == 1 ? " dash" : "");
}

std::string path_of(const Axes& axes, const std::vector<double>& x, const std::vector<double>& y) {
  std::string path;
  for (size_t i = 0; i < x.size(); ++i)
    path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", axes.x(x[i]), axes.y(y[i]));
  return path;
}

std::string band_of(const Axes& axes, const Curve& curve) {
  const std::vector<double> back_x(curve.x.rbegin(), curve.x.rend());
  const std::vector<double> back_y(curve.low.rbegin(), curve.low.rend());
  std::string back = path_of(axes, back_x, back_y);
  if (!back.empty()) back[0] = 'L';
  return fmt::format("<path class=\"band {}\" d=\"{}{}Z\"/>\n", colour(curve.run),
                     path_of(axes, curve.x, curve.high), back);
}

std::string dots_of(const Axes& axes, const Curve& curve, const std::string& name) {
  std::string text;
  for (size_t i = 0; i < curve.x.size(); ++i)
    text += fmt::format(
        "<circle class={} cx={:.1f} cy={:.1f} r=3><title>{}: step {}: {}</title></circle>\n",
        "\"dot " + colour(curve.run) + "\"", axes.x(curve.x[i]), axes.y(curve.y[i]),
        html_text(name), grouped(std::llround(curve.x[i])), value_label(curve.y[i]));
  return text;
}

// The last value of each run, beside the title.
std::string last_values(const Chart& chart) {
  std::string text;
  for (const auto& curve : chart.curves)
    if (!curve.y.empty())
      text += fmt::format("<b class=\"{}\">{}</b>", colour(curve.run), value_label(curve.y.back()));
  return text;
}

// [[run, [x...], [y...], [step...], [value...]]...], x and y in the picture's units.
std::string hover_data(const Chart& chart, const Axes& axes) {
  std::string text;
  for (const auto& curve : chart.curves) {
    std::string x, y, steps, values;
    for (size_t i = 0; i < curve.x.size(); ++i) {
      const char* comma = i == 0 ? "" : ",";
      x += fmt::format("{}{:.1f}", comma, axes.x(curve.x[i]));
      y += fmt::format("{}{:.1f}", comma, axes.y(curve.y[i]));
      steps += fmt::format("{}{:.0f}", comma, curve.x[i]);
      values += fmt::format("{}{:.5g}", comma, curve.y[i]);
    }
    text += fmt::format("{}[{},[{}],[{}],[{}],[{}]]", text.empty() ? "" : ",", curve.run, x, y,
                        steps, values);
  }
  return "[" + text + "]";
}

}  // namespace

std::string html_text(const std::string& text) {
  std::string safe;
  for (const char c : replace_invalid_utf8(text)) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

std::string chart_html(const Chart& chart, const std::vector<std::string>& runs, double steps) {
  const Axes axes(chart, steps);
  std::string text = fmt::format(
      "<figure>\n<figcaption><span>{}</span><span class=last>{}</span>"
      "</figcaption>\n<svg viewBox=\"0 0 {} {}\" role=img aria-label=\"{}\" data-curves='{}'>\n",
      html_text(chart.title), last_values(chart), kWidth, kHeight, html_text(chart.title),
      hover_data(chart, axes));
  text += axes.svg();
  // A nested picture cuts off what lies outside of the plot.
  text += fmt::format("<svg x={0} y={1} width={2} height={3} viewBox=\"{0} {1} {2} {3}\">\n", kLeft,
                      kTop, kWidth - kLeft - kRight, kHeight - kTop - kBottom);
  if (chart.banded)
    for (const auto& curve : chart.curves) text += band_of(axes, curve);
  for (const auto& curve : chart.curves)
    text += fmt::format("<path class=\"line {}\" d=\"{}\"/>\n", colour(curve.run),
                        path_of(axes, curve.x, curve.y));
  text += "</svg>\n";
  if (chart.dotted)
    for (const auto& curve : chart.curves) text += dots_of(axes, curve, runs[curve.run]);
  return text + "</svg>\n</figure>\n";
}

}  // namespace tandem
