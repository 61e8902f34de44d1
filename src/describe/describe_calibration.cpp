#include "describe/describe_calibration.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/json.h"

namespace tandem {
namespace {

constexpr double kEdge = 1e-6;

double number_of(const Json& object, const char* key, const std::string& path) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_number())
    fail(ErrorKind::bad_input,
         "{}: {} is missing or no number; fit it again (describe --calibrate)", path, key);
  return object[key].get<double>();
}

FacetCalibration read_facet(const Json& object, const FacetQuestion& question,
                            const std::string& path) {
  FacetCalibration facet{number_of(object, "scale", path),
                         {},
                         static_cast<int64_t>(number_of(object, "pictures", path))};
  const Json biases = object.value("biases", Json::array());
  const bool empty = facet.pictures == 0 && biases.empty();
  if (!empty && biases.size() != question.answers.size() + 1)
    fail(ErrorKind::bad_input, "{}: {} has {} biases for {} answers; fit it again", path,
         question.key, biases.size(), question.answers.size() + 1);
  for (const auto& bias : biases) {
    if (!bias.is_number())
      fail(ErrorKind::bad_input, "{}: a bias of {} is no number; fit it again", path, question.key);
    facet.biases.push_back(bias.get<double>());
  }
  return facet;
}

}  // namespace

double SentenceCalibration::confidence(double agreement) const {
  const double a = std::clamp(agreement, kEdge, 1 - kEdge);
  return 1 / (1 + std::exp(-(offset + slope * std::log(a / (1 - a)))));
}

DescribeCalibration unfitted_calibration() {
  DescribeCalibration calibration;
  calibration.facets.resize(facet_questions().size());
  return calibration;
}

DescribeCalibration read_describe_calibration(const std::string& path) {
  const Json file = read_json(path);
  if (!file.is_object() || !file.contains("space") || !file["space"].is_string())
    fail(ErrorKind::bad_input, "{}: is no calibration of describe; make one with --calibrate",
         path);
  DescribeCalibration calibration = unfitted_calibration();
  calibration.space = file["space"].get<std::string>();
  const Json sentence = file.value("sentence", Json::object());
  calibration.sentence = {number_of(sentence, "offset", path), number_of(sentence, "slope", path),
                          static_cast<int64_t>(number_of(sentence, "pictures", path))};
  const Json facets = file.value("facets", Json::object());
  for (size_t i = 0; i < calibration.facets.size(); ++i) {
    const auto& question = facet_questions()[i];
    if (facets.is_object() && facets.contains(question.key))
      calibration.facets[i] = read_facet(facets[question.key], question, path);
  }
  return calibration;
}

void write_describe_calibration(const std::string& path, const DescribeCalibration& calibration) {
  OrderedJson file{{"space", calibration.space},
                   {"sentence",
                    {{"offset", calibration.sentence.offset},
                     {"slope", calibration.sentence.slope},
                     {"pictures", calibration.sentence.pictures}}},
                   {"facets", OrderedJson::object()}};
  for (size_t i = 0; i < calibration.facets.size(); ++i) {
    const auto& facet = calibration.facets[i];
    file["facets"][facet_questions()[i].key] = {
        {"scale", facet.scale}, {"biases", facet.biases}, {"pictures", facet.pictures}};
  }
  write_file(path, file.dump(1) + "\n");
}

std::string describe_calibration_path(const std::string& model) {
  std::error_code error;
  return std::filesystem::is_directory(model, error)
             ? (std::filesystem::path(model) / "describe.json").string()
             : "";
}

}  // namespace tandem
