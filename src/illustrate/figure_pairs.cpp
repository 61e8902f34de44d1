#include "illustrate/figure_pairs.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/fail.h"
#include "eval/sample_stream.h"
#include "illustrate/picture_words.h"

namespace tandem {
namespace {

/// "train-0003.tar: 00012345" to "00012345".
std::string key_in_archive(const std::string& key) {
  const size_t at = key.rfind(": ");
  return at == std::string::npos ? key : key.substr(at + 2);
}

/// "world-history" to "World history".
std::string title_of(std::string folder) {
  std::replace(folder.begin(), folder.end(), '-', ' ');
  if (!folder.empty())
    folder[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(folder[0])));
  return folder;
}

}  // namespace

FigurePairs read_figure_pairs(const Model& model, const SourceConfig& data,
                              const std::string& origins, const EvalOptions& options) {
  std::optional<PictureTable> table;
  if (!origins.empty()) table = PictureTable::read(origins, {"origin"});
  const Dataset dataset = open_dataset(data, false, options);
  FigurePairs result;
  result.pictures.width = model.embed_dim();
  encode_samples(
      model, dataset, options, [](const Sample&) { return std::string(); },
      [&](const Sample& sample, std::span<const float> picture) {
        FigurePair pair{.key = key_in_archive(sample.key)};
        for (const auto& text : sample.texts) pair.texts.push_back(text.text);
        const std::string origin = table ? table->cell(pair.key, "origin") : "";
        if (const size_t slash = origin.rfind('/'); slash != std::string::npos) {
          pair.title = title_of(origin.substr(0, origin.find('/')));
          pair.file = origin.substr(slash + 1);
        }
        result.pairs.push_back(std::move(pair));
        result.pictures.values.insert(result.pictures.values.end(), picture.begin(), picture.end());
        ++result.pictures.rows;
      });
  if (result.pairs.empty())
    fail(ErrorKind::bad_input,
         "{}: none of its {} samples could be used; see what was said of each", data.path,
         dataset.size());
  return result;
}

FigurePairs some_of(const FigurePairs& all, const std::vector<size_t>& chosen) {
  FigurePairs part;
  part.pictures.width = all.pictures.width;
  for (const size_t i : chosen) {
    part.pairs.push_back(all.pairs[i]);
    const auto row = all.pictures.row(static_cast<int64_t>(i));
    part.pictures.values.insert(part.pictures.values.end(), row.begin(), row.end());
    ++part.pictures.rows;
  }
  return part;
}

}  // namespace tandem
