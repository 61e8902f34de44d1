#include <numeric>

#include "base/fail.h"
#include "eval/eval.h"
#include "eval/sample_stream.h"
#include "eval/standings.h"

namespace tandem {
namespace {

/// Texts are encoded once so many wait: their own work, not one picture's few, fills the tower.
constexpr size_t kTexts = 4096;

/// Pictures and their texts as embeddings while samples come in.
class Pairs {
 public:
  explicit Pairs(const Model& model) : model_(model) {
    images_.width = texts_.width = model.embed_dim();
  }

  void add(const Sample& sample, std::span<const float> picture) {
    images_.values.insert(images_.values.end(), picture.begin(), picture.end());
    ++images_.rows;
    for (const auto& text : sample.texts) waiting_.push_back(text.text);
    begins_.push_back(begins_.back() + static_cast<int64_t>(sample.texts.size()));
    if (waiting_.size() >= kTexts) encode_waiting();
  }

  RetrievalEval result() && {
    encode_waiting();
    const auto standings = retrieval_standings(images_, texts_, begins_);
    std::vector<int64_t> each(static_cast<size_t>(images_.rows) + 1);
    std::iota(each.begin(), each.end(), 0);
    return {.images = images_.rows,
            .texts = texts_.rows,
            .text_to_image = retrieval_figures(standings.of_texts, begins_),
            .image_to_text = retrieval_figures(standings.of_images, each)};
  }

  bool empty() const { return images_.rows == 0; }

 private:
  void encode_waiting() {
    const Embeddings encoded = model_.encode_texts(waiting_);
    texts_.values.insert(texts_.values.end(), encoded.values.begin(), encoded.values.end());
    texts_.rows += encoded.rows;
    waiting_.clear();
  }

  const Model& model_;
  Embeddings images_, texts_;
  std::vector<int64_t> begins_ = {0};
  std::vector<std::string> waiting_;
};

}  // namespace

RetrievalEval eval_retrieval(const Model& model, const SourceConfig& data,
                             const EvalOptions& options) {
  const Dataset dataset = open_dataset(data, true, options);
  Pairs pairs(model);
  const auto check = [](const Sample& sample) {
    return sample.texts.empty() ? sample.key + ": has no text; give it one" : std::string();
  };
  const int64_t bad = encode_samples(
      model, dataset, options, check,
      [&](const Sample& sample, std::span<const float> picture) { pairs.add(sample, picture); });
  if (pairs.empty())
    fail(ErrorKind::bad_input,
         "{}: none of its {} samples could be used; see what was said of each", data.path,
         dataset.size());
  RetrievalEval figures = std::move(pairs).result();
  figures.bad = bad;
  return figures;
}

}  // namespace tandem
