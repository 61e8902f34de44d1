#include "verify/compare.h"

#include <fmt/core.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/fail.h"

namespace tandem {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// The largest difference over the rows [from, to) of the first axis, or outside them.
double difference(const Computed& computed, const std::vector<double>& recorded, int64_t row_size,
                  int64_t from, int64_t to, bool inside) {
  double worst = 0;
  for (size_t i = 0; i < recorded.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i) / row_size;
    if ((row >= from && row < to) != inside) continue;
    const double apart = std::abs(computed.values[i] - recorded[i]);
    worst = std::isnan(apart) ? kNever : std::max(worst, apart);
  }
  return worst;
}

}  // namespace

std::string computed_name(const std::string& recorded_name) {
  for (const std::string suffix : {".float16", ".bfloat16"})
    if (recorded_name.ends_with(suffix))
      return recorded_name.substr(0, recorded_name.size() - suffix.size());
  return recorded_name;
}

void compare_entry(const Json& entry, const TensorStore& recorded,
                   std::span<const ComputedTensors* const> runs, const std::string& layout,
                   const VerifyReport& report) {
  const auto name = entry.at("tensor").get<std::string>();
  VerifyLine line{
      .layout = layout, .tensor = name, .tolerance = entry.at("max_abs").get<double>(), .ok = true};
  const auto broken = [&](std::string why) {
    line.ok = false;
    line.detail = std::move(why);
    report(line);
  };
  const TensorView* expected = recorded.find(name);
  if (expected == nullptr) return broken("the case lists this tensor but its arrays lack it");
  const auto values = to_double(*expected);
  const int64_t first = expected->shape.empty() ? 1 : std::max<int64_t>(1, expected->shape[0]);
  const int64_t row_size = std::max<int64_t>(1, expected->elements() / first);

  const bool apart = entry.contains("rows_apart");
  const int64_t from = apart ? entry["rows_apart"].at("from").get<int64_t>() : 0;
  const int64_t to = apart ? entry["rows_apart"].at("to").get<int64_t>() : 0;
  VerifyLine rows{.layout = layout, .tensor = fmt::format("{}[{}:{}]", name, from, to), .ok = true};
  if (apart) rows.tolerance = entry["rows_apart"].at("max_abs").get<double>();

  for (const ComputedTensors* run : runs) {
    const auto computed = run->find(computed_name(name));
    if (computed == run->end()) return broken("Tandem computes no tensor of this name here");
    if (computed->second.values.size() != values.size())
      return broken(fmt::format("has the shape {} where {} is recorded",
                                to_string(computed->second.shape), to_string(expected->shape)));
    line.max_abs =
        std::max(line.max_abs, difference(computed->second, values, row_size, from, to, false));
    rows.max_abs =
        std::max(rows.max_abs, difference(computed->second, values, row_size, from, to, true));
  }
  line.ok = line.max_abs <= line.tolerance;
  report(line);
  if (!apart) return;
  rows.ok = rows.max_abs <= rows.tolerance;
  report(rows);
}

Expected expected_of(const Json& case_json, const std::string& layout) {
  const Json overrides = case_json.value("expect_overrides", Json::object());
  if (overrides.contains(layout)) return {overrides[layout].get<std::vector<Json>>(), {}};
  return {case_json.at("expect").get<std::vector<Json>>(),
          case_json.value("taps", std::vector<Json>())};
}

std::map<std::string, std::string> models_of(const std::string& folder, const Json& case_json,
                                             const VerifyOptions& options) {
  if (!options.model.empty()) return {{"model", options.model}};
  std::map<std::string, std::string> models;
  for (const auto& [name, path] : case_json.at("models").items())
    models[name] = (std::filesystem::path(folder) / path.get<std::string>()).lexically_normal();
  return models;
}

}  // namespace tandem
