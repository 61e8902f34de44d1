#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/json.h"
#include "checkpoint/safetensors.h"
#include "sort/examples.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKey = "tandem_sort_examples";
constexpr int kVersion = 1;

OrderedJson written(const LabelledPicture& picture, const Taxonomy& taxonomy) {
  OrderedJson names = OrderedJson::array();
  for (const auto& place : picture.truth.categories)
    names.push_back(taxonomy.groups[place.group].categories[place.category].name);
  return {{"path", picture.path}, {"categories", names}, {"none", picture.truth.none}};
}

CategoryPlace place_of(const std::string& name, const Taxonomy& taxonomy, const std::string& path) {
  for (size_t g = 0; g < taxonomy.groups.size(); ++g)
    for (size_t c = 0; c < taxonomy.groups[g].categories.size(); ++c)
      if (taxonomy.groups[g].categories[c].name == name) return {g, c};
  fail(ErrorKind::bad_input,
       "{}: has examples of \"{}\", which {} no longer has; run `tandem sort teach` again, or "
       "remove the file",
       path, name, taxonomy.file);
}

// What the header's JSON says; throws JSON's exceptions for what is not as it was written.
Examples parsed(const Json& header, const Taxonomy& taxonomy, const std::string& path) {
  Examples examples;
  examples.fingerprint = {header.at("space"), header.at("recipe")};
  examples.taxonomy = header.at("taxonomy");
  for (const auto& picture : header.at("pictures")) {
    LabelledPicture& known = examples.pictures.emplace_back();
    known.path = picture.at("path");
    known.truth.none = picture.at("none");
    for (const auto& name : picture.at("categories"))
      known.truth.categories.push_back(place_of(name, taxonomy, path));
  }
  examples.weights.resize(taxonomy.groups.size());
  for (const auto& weight : header.at("weights"))
    for (size_t g = 0; g < taxonomy.groups.size(); ++g)
      if (taxonomy.groups[g].name == weight.at("group"))
        examples.weights[g] = {weight.at("alpha"), weight.at("beta")};
  return examples;
}

[[noreturn]] void refuse_damaged(const std::string& path, const std::string& why) {
  fail(ErrorKind::bad_input, "{}: {}; run `tandem sort teach` again", path, why);
}

void check(const Examples& examples, const TensorView& rows, const std::string& path) {
  if (rows.dtype != DType::f32 || rows.shape.size() != 2 ||
      rows.shape[0] != static_cast<int64_t>(examples.pictures.size()))
    refuse_damaged(path, "its embeddings are not one row of F32 for each picture");
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(examples.embeddings.values.begin(), examples.embeddings.values.end(), finite))
    refuse_damaged(path, "holds numbers that are not finite");
  for (const auto& weight : examples.weights)
    if (!std::isfinite(weight.alpha) || !std::isfinite(weight.beta))
      refuse_damaged(path, "holds weights that are not finite");
}

}  // namespace

std::string examples_path(const std::string& taxonomy_file) {
  return fs::path(taxonomy_file).replace_extension(".examples.safetensors").string();
}

void write_examples(const std::string& path, const Examples& examples, const Taxonomy& taxonomy) {
  OrderedJson header{{"version", kVersion},
                     {"space", examples.fingerprint.space},
                     {"recipe", examples.fingerprint.recipe},
                     {"taxonomy", examples.taxonomy},
                     {"weights", OrderedJson::array()},
                     {"pictures", OrderedJson::array()}};
  for (size_t g = 0; g < taxonomy.groups.size(); ++g)
    header["weights"].push_back({{"group", taxonomy.groups[g].name},
                                 {"alpha", examples.weights[g].alpha},
                                 {"beta", examples.weights[g].beta}});
  for (const auto& picture : examples.pictures)
    header["pictures"].push_back(written(picture, taxonomy));
  const TensorView rows{DType::f32,
                        {examples.embeddings.rows, examples.embeddings.width},
                        std::as_bytes(std::span(examples.embeddings.values))};
  write_safetensors(path, {{"embeddings", rows}}, {{kKey, to_line(header)}});
}

std::optional<Examples> read_examples(const std::string& path, const Taxonomy& taxonomy,
                                      const Fingerprint& model) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  const TensorStore store = read_safetensors(path);
  const auto metadata = read_safetensors_metadata(path);
  const auto header = metadata.find(kKey);
  const TensorView* rows = store.find("embeddings");
  if (header == metadata.end() || !rows) refuse_damaged(path, "holds no examples");
  const Json json = parse_json(header->second, path);
  try {
    if (json.at("version") != kVersion) refuse_damaged(path, "is of another version of Tandem");
    if (json.at("space") != model.space)
      fail(
          ErrorKind::bad_model,
          "{}: was taught with another model, whose embeddings cannot be compared; use that model, "
          "run `tandem sort teach` again, or leave the examples aside with --plain",
          path);
    Examples examples = parsed(json, taxonomy, path);
    if (rows->shape.size() == 2 && rows->dtype == DType::f32)
      examples.embeddings = {rows->shape[0], rows->shape[1], to_float(*rows)};
    check(examples, *rows, path);
    return examples;
  } catch (const Json::exception&) {
    refuse_damaged(path, "is damaged");
  }
}

}  // namespace tandem
