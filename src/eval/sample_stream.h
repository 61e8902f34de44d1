// A dataset's pictures as embeddings, one batch at a time.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "data/dataset.h"
#include "eval/eval.h"
#include "tandem/model.h"

namespace tandem {

/// Looks at a sample before its picture is decoded; returns why it cannot be used, or "". Called
/// from many threads at once.
using CheckSample = std::function<std::string(const Sample&)>;
/// Called in the dataset's order; the sample's picture bytes are gone.
using EachSample = std::function<void(const Sample& sample, std::span<const float> embedding)>;

/// Opens the data as these options say.
Dataset open_dataset(const SourceConfig& data, bool texts_required, const EvalOptions& options);

/// Reads, decodes and encodes every sample, each batch on all threads. What cannot be used is
/// named to options.on_bad; returns how many that were. Error: bad_model where an embedding is
/// not finite.
int64_t encode_samples(const Model& model, const Dataset& dataset, const EvalOptions& options,
                       const CheckSample& check, const EachSample& each);

/// The distinct labels of the data, sorted by bytes. Error: bad_input where no sample has one.
std::vector<std::string> distinct_labels(const SourceConfig& data, const EvalOptions& options);

}  // namespace tandem
