#include "illustrate/illustrate.h"

#include <filesystem>
#include <string>

#include "illustrate/assign.h"

namespace tandem {
std::vector<Placement> choose(std::span<const std::vector<Candidate>> candidates, size_t pictures,
                              const IllustrateOptions& options) {
  std::vector<std::vector<Offer>> offers(candidates.size());
  for (size_t place = 0; place < candidates.size(); ++place)
    for (const auto& candidate : candidates[place])
      if (candidate.confidence >= options.min_confidence)
        offers[place].push_back({candidate.picture, candidate.confidence - options.min_confidence});
  const Assignment assignment = assign(offers, pictures, options.uses);
  std::vector<Placement> placements;
  for (size_t place = 0; place < candidates.size(); ++place) {
    Placement placement{.place = place};
    for (const auto& candidate : candidates[place])
      if (assignment.pictures[place] == candidate.picture)
        placement.picture = candidate;
      else
        placement.alternatives.push_back(candidate);
    placements.push_back(std::move(placement));
  }
  return placements;
}

std::vector<Placement> illustrate(const Model& model, std::span<const Place> places,
                                  const PictureSet& pictures, const IllustrateOptions& options) {
  std::vector<std::string> names, texts;
  if (options.names) {
    for (const auto& path : pictures.paths)
      names.push_back(std::filesystem::path(path).filename().string());
    for (const auto& place : places) texts.push_back(place.text);
  }
  const PictureShelf shelf = make_shelf(model, pictures.embeddings, names);
  const Passages passages = encode_passages(model, places, options.rule);
  const auto candidates = find_candidates(passages, texts, shelf, options.candidates);
  return choose(candidates, pictures.paths.size(), options);
}

}  // namespace tandem
