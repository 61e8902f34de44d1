#include "train/run_log.h"

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/fail.h"
#include "base/files.h"
#include "base/json.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxLogBytes = uint64_t{1} << 34;

// The record's numbers by their names in the log, for writing and reading alike.
constexpr std::pair<const char*, double StepRecord::*> kNumbers[] = {
    {"epoch", &StepRecord::epoch},
    {"loss", &StepRecord::loss},
    {"lr", &StepRecord::lr},
    {"logit_scale", &StepRecord::logit_scale},
    {"logit_bias", &StepRecord::logit_bias},
    {"grad_norm", &StepRecord::grad_norm},
    {"seconds", &StepRecord::seconds},
    {"waited_seconds", &StepRecord::waited_seconds},
    {"pairs_per_second", &StepRecord::pairs_per_second},
};

// What is no number is null in JSON.
double number_of(const Json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

StepRecord record_of(const Json& line) {
  StepRecord record;
  record.step = to_int64(line.at("step"));
  if (const auto steps = line.find("steps"); steps != line.end()) record.steps = to_int64(*steps);
  if (const auto bad = line.find("bad_samples"); bad != line.end())
    record.bad_samples = to_int64(*bad);
  for (const auto& [name, member] : kNumbers)
    if (const auto found = line.find(name); found != line.end()) record.*member = number_of(*found);
  return record;
}

/// Calls take(line, parsed) for each whole line.
template <class Take>
void each_line(std::string_view log, const std::string& name, const Take& take) {
  int number = 0;
  for (size_t begin = 0, end; (end = log.find('\n', begin)) != std::string_view::npos;
       begin = end + 1) {
    ++number;
    const std::string_view line = log.substr(begin, end - begin);
    const std::string where = name + ": line " + std::to_string(number);
    const Json parsed = parse_json(line, where);
    const auto step = parsed.is_object() ? parsed.find("step") : parsed.end();
    if (step == parsed.end() || !step->is_number_integer())
      fail(ErrorKind::bad_input, "{} has no step; remove the line", where);
    take(line, parsed);
  }
}

}  // namespace

std::string step_line(const StepRecord& record) {
  OrderedJson line{{"step", record.step}, {"steps", record.steps}};
  for (const auto& [name, member] : kNumbers) line[name] = record.*member;
  line["bad_samples"] = record.bad_samples;
  return to_line(line) + "\n";
}

std::string metrics_line(int64_t step, const Metrics& metrics) {
  OrderedJson line{{"step", step}, {"metrics", OrderedJson::object()}};
  for (const auto& [name, value] : metrics) line["metrics"][name] = value;
  return to_line(line) + "\n";
}

std::string remark_line(int64_t step, const std::string& sentence) {
  return to_line(OrderedJson{{"step", step}, {"remark", sentence}}) + "\n";
}

std::string log_until(const std::string& log, const std::string& name, int64_t step) {
  std::string kept;
  each_line(log, name, [&](std::string_view line, const Json& parsed) {
    if (to_int64(parsed.at("step")) > step) return;
    kept += line;
    kept += '\n';
  });
  return kept;
}

RunLog parse_run_log(const std::string& text, const std::string& name) {
  RunLog log;
  try {
    each_line(text, name, [&](std::string_view, const Json& line) {
      const auto step = to_int64(line.at("step"));
      if (const auto remark = line.find("remark"); remark != line.end())
        log.remarks.emplace_back(step, remark->get<std::string>());
      else if (const auto metrics = line.find("metrics"); metrics != line.end()) {
        Metrics measured;
        for (const auto& [metric, value] : metrics->items())
          measured.emplace_back(metric, number_of(value));
        log.metrics.emplace_back(step, std::move(measured));
      } else {
        log.steps.push_back(record_of(line));
      }
    });
  } catch (const Json::exception&) {
    fail(ErrorKind::bad_input, "{}: a line has a value of another kind; is it a run's log?", name);
  }
  return log;
}

RunLog read_run_log(const std::string& run) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(run, error);
  const std::string file = (path / "log.jsonl").string();
  if (!fs::exists(file, error))
    fail(ErrorKind::bad_input, "{}: holds no log.jsonl and so is no run; name a run's folder", run);
  const std::string name = (path.has_filename() ? path : path.parent_path()).filename().string();
  RunLog log = parse_run_log(read_file(file, kMaxLogBytes), name + "/log.jsonl");
  log.name = name;
  return log;
}

}  // namespace tandem
