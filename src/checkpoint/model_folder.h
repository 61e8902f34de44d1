// What stands in a model's folder beside the weights.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "checkpoint/checkpoint.h"

namespace tandem {

/// `folder`/`name` where that is a file, else "".
std::string file_in(const std::string& folder, const std::string& name);

/// The first of these names that is a file in the folder, with its path; "" where none is.
std::string first_file(const std::string& folder, const std::vector<std::string>& names);

/// The JSON of a config file, which is small.
Json read_config(const std::string& path);

/// Tensors of a weights file of any container: *.safetensors, *.safetensors.index.json,
/// or a torch file.
TensorStore read_weights(const std::string& path);

/// Finds the tokenizer's files: the option's, else the folder's, else OpenAI's
/// bpe_simple_vocab_16e6.txt.gz in $TANDEM_MODELS where the sizes fit. Sets
/// `tokenizer` and `cleaning` (`by_rule` where vocab.json or bpe_simple_vocab
/// say nothing of it) and tells the rules.
void find_tokenizer(Checkpoint& checkpoint, const std::string& folder, const OpenOptions& options,
                    Cleaning by_rule, const std::string& rule_name);

}  // namespace tandem
