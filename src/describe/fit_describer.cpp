#include "describe/fit_describer.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/json.h"

namespace tandem {
namespace {

constexpr size_t kLeastPictures = 20;

size_t answer_number(const FacetQuestion& question, const Json& answer, const std::string& where) {
  if (answer.is_null()) return question.answers.size();
  if (answer.is_string())
    for (size_t i = 0; i < question.answers.size(); ++i)
      if (answer.get<std::string>() == question.answers[i].name) return i;
  fail(ErrorKind::bad_input, "{}: {} is no answer to \"{}\"", where, to_line(answer), question.key);
}

DescribedPicture picture_of(const Json& line, const std::filesystem::path& folder,
                            const std::string& where) {
  if (!line.is_object() || !line.contains("image") || !line["image"].is_string())
    fail(ErrorKind::bad_input, "{}: names no \"image\"", where);
  DescribedPicture picture{(folder / line["image"].get<std::string>()).string(), {}, {}};
  for (const auto& caption : line.value("captions", Json::array())) {
    if (!caption.is_string()) fail(ErrorKind::bad_input, "{}: a caption is no text", where);
    picture.captions.push_back(caption.get<std::string>());
  }
  const Json facts = line.value("facts", Json::object());
  for (const auto& [key, answer] : facts.items())
    picture.facts[key] = answer_number(facet_question(key), answer, where);
  return picture;
}

/// What pictures teach, gathered one by one.
struct Lessons {
  std::vector<double> agreements;
  std::vector<bool> right;
  std::vector<std::vector<Trial>> facets;
};

void learn(const Describer& describer, const DescribedPicture& picture,
           std::span<const float> embedding, Lessons& lessons) {
  if (!picture.captions.empty()) {
    const auto best = describer.best_sentence(embedding);
    lessons.agreements.push_back(best.agreement);
    lessons.right.push_back(
        says_the_same(content_words(describer.bank().sentences[best.index]), picture.captions));
  }
  for (size_t i = 0; i < facet_questions().size(); ++i)
    if (const auto fact = picture.facts.find(facet_questions()[i].key); fact != picture.facts.end())
      lessons.facets[i].push_back({describer.facets().logits(i, embedding), fact->second});
}

}  // namespace

std::vector<DescribedPicture> read_described_pictures(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  std::vector<DescribedPicture> pictures;
  std::istringstream lines(read_file(path));
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string where = fmt::format("{}:{}", path, ++number);
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    pictures.push_back(picture_of(parse_json(line, where), folder, where));
  }
  return pictures;
}

bool says_the_same(const ContentWords& sentence, const std::vector<std::string>& captions) {
  ContentWords own;
  for (const auto& caption : captions) own.merge(content_words(caption));
  return share_in(sentence, own) >= 0.5;
}

DescribeCalibration fit_describer(
    const Describer& describer, const std::vector<DescribedPicture>& pictures,
    const std::function<void(size_t done, const Error* error)>& each) {
  Lessons lessons;
  lessons.facets.resize(facet_questions().size());
  std::vector<std::string> paths;
  for (const auto& picture : pictures) paths.push_back(picture.image);
  describer.model().encode_images(
      paths, [&](size_t i, std::span<const float> embedding, const Error* error) {
        check_interrupt();
        if (!error) learn(describer, pictures[i], embedding, lessons);
        each(i + 1, error);
      });
  if (lessons.agreements.size() < kLeastPictures)
    fail(ErrorKind::bad_input, "{} pictures with captions are too few to fit on; give {} or more",
         lessons.agreements.size(), kLeastPictures);
  DescribeCalibration calibration = unfitted_calibration();
  calibration.space = describer.model().fingerprint().space;
  calibration.sentence = fit_sentence(lessons.agreements, lessons.right);
  if (calibration.sentence.pictures == 0)
    fail(ErrorKind::bad_input,
         "the sentences of the bank were {} for all {} pictures, which leaves nothing to fit; give "
         "other pictures, or a bank that suits them with --captions",
         lessons.right[0] ? "right" : "wrong", lessons.right.size());
  for (size_t i = 0; i < lessons.facets.size(); ++i)
    calibration.facets[i] = fit_scaling(lessons.facets[i], true);
  return calibration;
}

}  // namespace tandem
