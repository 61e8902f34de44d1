// The curves of runs as one HTML page.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/progress.h"
#include "train/report_chart.h"
#include "train/report_style.h"
#include "train/run_folder.h"

namespace tandem {
namespace {

constexpr const char* kValidation = "validation/loss";
constexpr size_t kMostRemarks = 200;  // of one run on the page

// One number of each step, as a chart.
struct StepChart {
  const char* title;
  double (*value)(const StepRecord& record);
  bool smooth, from_zero;
};

constexpr StepChart kStepCharts[] = {
    {"Loss", [](const StepRecord& r) { return r.loss; }, true, false},
    {"Logit scale", [](const StepRecord& r) { return r.logit_scale; }, false, false},
    {"Logit bias", [](const StepRecord& r) { return r.logit_bias; }, false, false},
    {"Learning rate", [](const StepRecord& r) { return r.lr; }, false, true},
    {"Gradient norm", [](const StepRecord& r) { return r.grad_norm; }, true, true},
    {"Pairs per second", [](const StepRecord& r) { return r.pairs_per_second; }, true, true},
    {"Waiting for data, %",
     [](const StepRecord& r) { return r.seconds > 0 ? 100 * r.waited_seconds / r.seconds : 0; },
     true, true},
};

bool says_nothing(const std::vector<Curve>& curves) {
  return std::all_of(curves.begin(), curves.end(), [](const Curve& curve) {
    return std::all_of(curve.y.begin(), curve.y.end(), [](double y) { return y == 0; });
  });
}

Chart chart_of(const StepChart& what, const std::vector<RunLog>& runs) {
  Chart chart{.title = what.title, .from_zero = what.from_zero, .banded = what.smooth};
  for (size_t run = 0; run < runs.size(); ++run) {
    Values values;
    for (const auto& record : runs[run].steps) {
      values.x.push_back(static_cast<double>(record.step));
      values.y.push_back(what.value(record));
    }
    chart.curves.push_back(thinned(values, run, what.smooth));
  }
  return chart;
}

// Names in the order in which the runs measured them, the validation's first.
std::vector<std::string> metric_names(const std::vector<RunLog>& runs) {
  std::vector<std::string> names;
  for (const auto& run : runs)
    for (const auto& [step, metrics] : run.metrics)
      for (const auto& [name, value] : metrics)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name.starts_with("validation/"); });
  return names;
}

Chart metric_chart(const std::string& name, const std::vector<RunLog>& runs) {
  Chart chart{.title = name == kValidation ? "Validation loss" : name, .dotted = true};
  for (size_t run = 0; run < runs.size(); ++run) {
    Values values;
    for (const auto& [step, metrics] : runs[run].metrics)
      for (const auto& [measured, value] : metrics)
        if (measured == name) {
          values.x.push_back(static_cast<double>(step));
          values.y.push_back(value);
        }
    chart.curves.push_back(thinned(values, run, /*smooth=*/false));
  }
  return chart;
}

double last_metric(const RunLog& run, const std::string& name) {
  for (auto at = run.metrics.rbegin(); at != run.metrics.rend(); ++at)
    for (const auto& [measured, value] : at->second)
      if (measured == name) return value;
  return NAN;
}

std::string table_row(const RunLog& run, const std::string& name, size_t index) {
  double seconds = 0, waited = 0, pairs = 0;
  for (const auto& record : run.steps) {
    if (!std::isfinite(record.seconds)) continue;
    seconds += record.seconds;
    waited += record.waited_seconds;
    pairs += record.pairs_per_second * record.seconds;
  }
  const StepRecord last = run.steps.empty() ? StepRecord{} : run.steps.back();
  const double validation = last_metric(run, kValidation);
  return fmt::format(
      "<tr><th><span class=\"key c{}{}\"></span>{}</th><td>{} of {}</td><td>{:.3g}</td><td>{}</td>"
      "<td>{}</td><td>{}</td><td>{}</td><td>{:.1f}%</td><td>{}</td><td>{}</td></tr>\n",
      index % 8, index / 8 % 2 == 1 ? " dash" : "", html_text(name), grouped(last.step),
      grouped(last.steps), last.epoch, value_label(last.loss),
      std::isfinite(validation) ? value_label(validation) : "", value_label(last.logit_scale),
      value_label(seconds > 0 ? pairs / seconds : 0), seconds > 0 ? 100 * waited / seconds : 0,
      grouped(last.bad_samples), duration_in_words(seconds));
}

std::string table_of(const std::vector<RunLog>& runs, const std::vector<std::string>& names) {
  std::string text =
      "<div class=wide><table>\n<thead><tr><th>run</th><th>steps</th><th>epochs</th><th>loss</th>"
      "<th>validation loss</th><th>logit scale</th><th>pairs/s</th><th>waiting</th>"
      "<th>bad samples</th><th>time</th></tr></thead>\n<tbody>\n";
  for (size_t i = 0; i < runs.size(); ++i) text += table_row(runs[i], names[i], i);
  return text + "</tbody></table></div>\n";
}

std::string remarks_of(const std::vector<RunLog>& runs, const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < runs.size(); ++i) {
    const auto& remarks = runs[i].remarks;
    if (remarks.empty()) continue;
    text += fmt::format("<h2>Remarks{}</h2>\n<ul class=remarks>\n",
                        runs.size() > 1 ? " of " + html_text(names[i]) : "");
    for (size_t k = 0; k < std::min(remarks.size(), kMostRemarks); ++k)
      text += fmt::format("<li>step {}: {}</li>\n", grouped(remarks[k].first),
                          html_text(remarks[k].second));
    if (remarks.size() > kMostRemarks)
      text += fmt::format("<li>and {} more in log.jsonl</li>\n", remarks.size() - kMostRemarks);
    text += "</ul>\n";
  }
  return text;
}

// Equal names get a number.
std::vector<std::string> names_of(const std::vector<RunLog>& runs) {
  std::vector<std::string> names;
  std::map<std::string, int> seen;
  for (const auto& run : runs) {
    const int times = ++seen[run.name];
    names.push_back(times == 1 ? run.name : fmt::format("{} ({})", run.name, times));
  }
  return names;
}

double last_step(const std::vector<RunLog>& runs) {
  int64_t steps = 0;
  for (const auto& run : runs) {
    if (!run.steps.empty()) steps = std::max(steps, run.steps.back().step);
    if (!run.metrics.empty()) steps = std::max(steps, run.metrics.back().first);
  }
  return static_cast<double>(steps);
}

}  // namespace

std::string report_page(const std::vector<RunLog>& runs) {
  const auto names = names_of(runs);
  const double steps = last_step(runs);
  std::string title;
  for (const auto& name : names) title += (title.empty() ? "" : ", ") + html_text(name);
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<meta name=viewport "
      "content=\"width=device-width\">\n<title>{0}</title>\n<style>{1}</style>\n<h1>{0}</h1>\n",
      title, kReportStyle);
  page += table_of(runs, names);
  page +=
      "<h2>Training</h2>\n<p class=note>A line is the mean of the steps around, a band the range "
      "of all."
      "</p>\n<div class=charts>\n";
  std::vector<std::string> metrics = metric_names(runs);
  const bool validated = !metrics.empty() && metrics[0] == kValidation;
  for (const auto& what : kStepCharts) {
    const Chart chart = chart_of(what, runs);
    if (!says_nothing(chart.curves)) page += chart_html(chart, names, steps);
    if (&what == &kStepCharts[0] && validated)
      page += chart_html(metric_chart(metrics[0], runs), names, steps);
  }
  page += "</div>\n";
  if (validated) metrics.erase(metrics.begin());
  if (!metrics.empty()) {
    page += "<h2>Evaluation</h2>\n<div class=charts>\n";
    for (const auto& name : metrics) page += chart_html(metric_chart(name, runs), names, steps);
    page += "</div>\n";
  }
  page += remarks_of(runs, names);
  return page + fmt::format("<script>{}</script>\n</html>\n", kReportScript);
}

}  // namespace tandem
