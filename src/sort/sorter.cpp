#include "sort/sorter.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/fail.h"
#include "base/files.h"
#include "data/digest.h"
#include "zero_shot/ranking.h"

namespace tandem {

bool SortedPicture::none_of_these() const {
  return std::all_of(groups.begin(), groups.end(),
                     [](const GroupResult& group) { return group.answer.fitting.empty(); });
}

double SortedPicture::margin() const {
  double least = 1;
  for (const auto& group : groups) least = std::min(least, group.answer.margin);
  return least;
}

Sorter::Sorter(Taxonomy taxonomy, CategoryLogits logits, std::optional<Examples> examples,
               std::optional<Calibration> calibration)
    : taxonomy_(std::move(taxonomy)), logits_(std::move(logits)), examples_(std::move(examples)) {
  if (examples_ && examples_->embeddings.width != logits_.width())
    fail(ErrorKind::bad_input,
         "the examples have {} values each, the model's texts {}; run `tandem sort teach` again",
         examples_->embeddings.width, logits_.width());
  for (size_t g = 0; g < taxonomy_.groups.size(); ++g) {
    const CategoryGroup& group = taxonomy_.groups[g];
    temperatures_.push_back(temperature_of(
        group, calibration ? calibration->temperatures[g] : std::optional<double>()));
    auto& thresholds = thresholds_.emplace_back();
    for (size_t c = 0; c < group.categories.size(); ++c)
      thresholds.push_back(threshold_of(
          group, c, calibration ? calibration->thresholds[g][c] : std::optional<double>()));
  }
}

std::vector<double> Sorter::logits(size_t group, std::span<const float> picture,
                                   bool not_itself) const {
  auto logits = logits_.of(group, picture);
  if (examples_) examples_->add_to(logits, taxonomy_.groups[group], group, picture, not_itself);
  return logits;
}

SortedPicture Sorter::sort(std::string path, std::span<const float> picture) const {
  SortedPicture result{.path = std::move(path), .groups = {}};
  for (size_t g = 0; g < taxonomy_.groups.size(); ++g) {
    const bool exclusive = taxonomy_.groups[g].exclusive;
    const auto probabilities = group_probabilities(logits(g, picture), exclusive, temperatures_[g]);
    GroupResult& group = result.groups.emplace_back();
    group.answer = group_answer(probabilities, thresholds_[g], exclusive);
    for (const size_t c : top(probabilities, kRanked))
      group.ranked.push_back({c, probabilities[c]});
    // All that fit are there, however many.
    for (const size_t c : group.answer.fitting)
      if (std::none_of(group.ranked.begin(), group.ranked.end(),
                       [&](const RankedCategory& known) { return known.category == c; }))
        group.ranked.push_back({c, probabilities[c]});
  }
  return result;
}

std::vector<FittingCategory> Sorter::fitting(const SortedPicture& picture) const {
  std::vector<FittingCategory> list;
  for (size_t g = 0; g < picture.groups.size(); ++g)
    for (const size_t c : picture.groups[g].answer.fitting)
      for (const auto& ranked : picture.groups[g].ranked)
        if (ranked.category == c) list.push_back({g, c, ranked.probability});
  return list;
}

const std::string& Sorter::name_of(const FittingCategory& fitting) const {
  return taxonomy_.groups[fitting.group].categories[fitting.category].name;
}

std::string file_digest(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) ? digest_of(read_file(path)) : "";
}

Sorter open_sorter(const std::string& taxonomy_file, const Model& model, bool plain,
                   std::vector<std::string>& remarks) {
  Taxonomy taxonomy = read_taxonomy(taxonomy_file);
  std::optional<Examples> examples;
  std::optional<Calibration> calibration;
  if (!plain) {
    const std::string examples_file = examples_path(taxonomy_file);
    const std::string calibration_file = calibration_path(taxonomy_file);
    examples = read_examples(examples_file, taxonomy, model.fingerprint());
    calibration = read_calibration(calibration_file, taxonomy, model.fingerprint(),
                                   file_digest(examples_file));
    if (examples) {
      remarks.push_back(
          fmt::format("{} examples of {} are used", examples->pictures.size(), examples_file));
      if (examples->taxonomy != digest_of(taxonomy))
        remarks.push_back(fmt::format(
            "{}: was taught with other words than {} has now; run `tandem sort teach` again for "
            "weights that fit them",
            examples_file, taxonomy_file));
      if (examples->fingerprint.recipe != model.fingerprint().recipe)
        remarks.push_back(
            fmt::format("{}: was made with another recipe ({}); numbers differ slightly",
                        examples_file, examples->fingerprint.recipe));
    }
    if (calibration) remarks.push_back(fmt::format("thresholds of {} are used", calibration_file));
  }
  CategoryLogits logits(taxonomy, model);
  return Sorter(std::move(taxonomy), std::move(logits), std::move(examples),
                std::move(calibration));
}

}  // namespace tandem
