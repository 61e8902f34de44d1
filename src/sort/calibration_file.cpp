#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/json.h"
#include "sort/calibration.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 1;

OrderedJson number_or_null(const std::optional<double>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

std::optional<double> read_number(const Json& value, double low, double high,
                                  const std::string& path) {
  if (value.is_null()) return std::nullopt;
  const double number = value.get<double>();
  if (!(number >= low && number <= high))
    fail(ErrorKind::bad_input, "{}: {} is not from {} to {}; run `tandem sort calibrate` again",
         path, number, low, high);
  return number;
}

void read_groups(const Json& groups, const Taxonomy& taxonomy, const std::string& path,
                 Calibration& calibration) {
  for (size_t g = 0; g < taxonomy.groups.size(); ++g) {
    const Json& group = groups.at(g);
    calibration.temperatures.push_back(read_number(group.at("temperature"), 0.001, 1000, path));
    auto& thresholds = calibration.thresholds.emplace_back();
    for (size_t c = 0; c < taxonomy.groups[g].categories.size(); ++c)
      thresholds.push_back(read_number(group.at("categories").at(c).at("threshold"), 0, 1, path));
  }
}

}  // namespace

std::string calibration_path(const std::string& taxonomy_file) {
  return fs::path(taxonomy_file).replace_extension(".calibration.json").string();
}

void write_calibration(const std::string& path, const Calibration& calibration,
                       const Taxonomy& taxonomy) {
  OrderedJson groups = OrderedJson::array();
  for (size_t g = 0; g < taxonomy.groups.size(); ++g) {
    OrderedJson categories = OrderedJson::array();
    for (size_t c = 0; c < taxonomy.groups[g].categories.size(); ++c)
      categories.push_back({{"name", taxonomy.groups[g].categories[c].name},
                            {"threshold", number_or_null(calibration.thresholds[g][c])}});
    groups.push_back({{"name", taxonomy.groups[g].name},
                      {"temperature", number_or_null(calibration.temperatures[g])},
                      {"categories", categories}});
  }
  const OrderedJson all{
      {"tandem_sort_calibration", kVersion},      {"space", calibration.fingerprint.space},
      {"recipe", calibration.fingerprint.recipe}, {"taxonomy", calibration.taxonomy},
      {"examples", calibration.examples},         {"groups", groups}};
  write_file(path, all.dump(1, ' ', true, OrderedJson::error_handler_t::replace) + "\n");
}

std::optional<Calibration> read_calibration(const std::string& path, const Taxonomy& taxonomy,
                                            const Fingerprint& model,
                                            const std::string& examples_digest) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  const Json json = read_json(path);
  constexpr const char* kWayOut =
      "run `tandem sort calibrate` again, or leave it aside with --plain";
  try {
    Calibration calibration;
    if (json.at("tandem_sort_calibration") != kVersion)
      fail(ErrorKind::bad_input, "{}: is of another version of Tandem; {}", path, kWayOut);
    calibration.fingerprint = {json.at("space"), json.at("recipe")};
    calibration.taxonomy = json.at("taxonomy");
    calibration.examples = json.at("examples");
    if (calibration.fingerprint.space != model.space)
      fail(ErrorKind::bad_model, "{}: was fitted to another model; {}", path, kWayOut);
    if (calibration.taxonomy != digest_of(taxonomy))
      fail(ErrorKind::bad_input, "{}: was fitted to other words than {} has now; {}", path,
           taxonomy.file, kWayOut);
    if (calibration.examples != examples_digest)
      fail(ErrorKind::bad_input,
           "{}: was fitted before the examples were taught as they are now; {}", path, kWayOut);
    read_groups(json.at("groups"), taxonomy, path, calibration);
    return calibration;
  } catch (const Json::exception&) {
    fail(ErrorKind::bad_input, "{}: is damaged; {}", path, kWayOut);
  }
}

}  // namespace tandem
