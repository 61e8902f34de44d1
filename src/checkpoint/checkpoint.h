// A checkpoint opened: whatever its layout was, canonical names, one config, and
// everything else that changes numbers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "image/preprocess.h"
#include "model/config.h"
#include "text/tokenizer.h"

namespace tandem {

enum class Layout {
  openai,        ///< OpenAI's published TorchScript archive
  state_dict,    ///< a bare state dict in OpenAI's keys (.pt, .pth, .bin)
  hugging_face,  ///< a CLIPModel folder (or one of its *WithProjection towers)
  open_clip,     ///< a folder with open_clip_config.json
};

/// "openai", "state_dict", "hf", "open_clip".
const char* name_of(Layout layout);

struct Checkpoint {
  std::string path;
  Layout layout = Layout::openai;
  ModelConfig config;
  /// Canonical names and the table's shapes (model/weight_table.h), in the
  /// stored type, mapped where the layout allows. Position tables are already
  /// resized to the config's sizes. Tensors that no table names are left out.
  TensorStore weights;
  PreprocessConfig preprocess;
  TokenizerFiles tokenizer;  ///< paths; all empty where the checkpoint brings none
  Cleaning cleaning = Cleaning::openai;
  bool truncate_by_default = true;
  /// What the files could not tell and which rule decided it; one sentence
  /// each, said once on stderr and by `inspect`.
  std::vector<std::string> rules;
  /// Which position tables were resized, from and to what; for `inspect`.
  std::vector<std::string> resized;
  std::string weights_dtype;  ///< "F32", "F16", "BF16", or "F16+F32" where mixed

  /// The stored logarithm, 1/0.07's where the file has none (one tower alone).
  double logit_scale() const;
  /// SigLIP's bias, where the model has one.
  std::optional<double> logit_bias() const;
};

struct OpenOptions {
  /// Overrides what the folder says or lacks (the --tokenizer flag): tokenizer.json,
  /// bpe_simple_vocab_16e6.txt.gz, or a folder with vocab.json and merges.txt.
  std::string tokenizer;
  /// Another picture size or context length than the config's: position tables
  /// are resized as the reference does. 0: as the config says.
  int image_size = 0;
  int context_length = 0;
};

/// Opens a folder (Hugging Face or open_clip) or a file (archive, state dict);
/// what it is, is found from the files. Errors (one sentence each): io;
/// bad_model where files contradict each other, shapes contradict the config,
/// something is damaged; unsupported where the architecture is of another
/// family, by name.
Checkpoint open_checkpoint(const std::string& path, const OpenOptions& options = {});

/// Whether this tokenizer's ids are the text tower's: none outside of its
/// vocabulary, and its end token the one that is pooled. bad_model otherwise.
void check_tokenizer(const Checkpoint& checkpoint, const Tokenizer& tokenizer);

/// Writes a model folder of the layout (hugging_face or open_clip) that the
/// library of that name opens: config, weights, preprocessing, tokenizer files.
/// `dtype`: nothing keeps every tensor's stored type. The folder must not exist
/// or be empty; it appears whole or not at all. Errors: unsupported where the
/// layout cannot say something that changes numbers, by name. What only Tandem
/// tells apart (whose rounding a crop has, ftfy before Hugging Face's tokenizer) is
/// noted under "tandem", which the libraries pass over.
void write_checkpoint(const Checkpoint& checkpoint, const std::string& folder, Layout layout,
                      std::optional<DType> dtype);

}  // namespace tandem
