// How good a model is: zero-shot classification and retrieval on data with labels or captions,
// in figures with 95 % intervals.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/source_config.h"
#include "eval/metrics.h"
#include "tandem/tandem.h"

namespace tandem {

struct EvalOptions {
  std::string cache{};  ///< as DatasetOptions::cache
  /// Names a sample that could not be used: it is left out and counted.
  std::function<void(const std::string& sentence)> on_bad{};
  /// While a source is indexed and while pictures are encoded.
  std::function<void(const std::string& what, int64_t samples)> indexing{};
  std::function<void(int64_t done, int64_t total)> progress{};
};

/// One label's pictures.
struct ClassFigures {
  std::string label;
  int64_t n = 0;
  double top1 = 0, top5 = 0;
};

struct ZeroShotFigures {
  int64_t n = 0;    ///< pictures that count
  int64_t bad = 0;  ///< samples left out
  Share top1, top5;
  Share mean_per_class;               ///< of top-1, over the labels that have pictures
  std::vector<ClassFigures> classes;  ///< all labels, in the classifier's order
};

/// Classifies every picture among the labels (CLIP paper, section 3.1) and counts a hit where
/// its own is among the first 1 or 5. `labels`: the names to choose from, equal ones being one
/// class; a sample's label that is none of them may be a number, the place in the list from 0.
/// Empty: the distinct labels of the data, sorted by bytes. Pictures are encoded in batches;
/// memory does not grow with their number. Errors: bad_input where no sample has a label;
/// bad_model where embeddings are not finite; as Dataset and Model.
ZeroShotFigures eval_zero_shot(const Model& model, const SourceConfig& data,
                               const Templates& templates, const std::vector<std::string>& labels,
                               const EvalOptions& options = {});

struct RetrievalEval {
  int64_t images = 0, texts = 0;
  int64_t bad = 0;                 ///< samples left out, with their texts
  RetrievalFigures text_to_image;  ///< every text asks for its picture
  RetrievalFigures image_to_text;  ///< every picture asks for any one of its texts
};

/// All pictures against all of their texts. Memory: the embeddings. Errors: as eval_zero_shot.
RetrievalEval eval_retrieval(const Model& model, const SourceConfig& data,
                             const EvalOptions& options = {});

/// "eval-cifar10" for "data/eval-cifar10.tar", "shard" for "shard-{0000..0007}.tar".
std::string dataset_name(const std::string& path);

/// What a training run asks of a model folder now and then.
struct EvalPlan {
  std::vector<std::string> zeroshot, retrieval;  ///< data, as SourceConfig::path
  std::string templates = "simple";
};

/// Names and values, in the plan's order: "zeroshot/eval-cifar10/top1", "top5",
/// "mean_per_class"; "retrieval/eval-flickr8k/text_to_image_r1", "_r5", "_r10", "_median_rank",
/// and the same of "image_to_text".
std::vector<std::pair<std::string, double>> eval_model(const std::string& model_folder,
                                                       const EvalPlan& plan,
                                                       const LoadOptions& load,
                                                       const EvalOptions& options = {});

}  // namespace tandem
