#include "checkpoint/model_folder.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_files.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

bool brings_tokenizer(const TokenizerFiles& files) {
  return !files.tokenizer_json.empty() || !files.vocab.empty() || !files.bpe_vocab.empty();
}

// OpenAI's vocabulary in $TANDEM_MODELS serves every checkpoint that has its size.
void take_common_vocabulary(Checkpoint& checkpoint) {
  constexpr int kOpenAiVocabulary = 49408;
  const char* models = std::getenv("TANDEM_MODELS");
  if (models == nullptr || *models == '\0' ||
      checkpoint.config.text->vocab_size != kOpenAiVocabulary)
    return;
  checkpoint.tokenizer.bpe_vocab = tokenizer_files_in(models).bpe_vocab;
  if (!checkpoint.tokenizer.bpe_vocab.empty())
    checkpoint.rules.push_back(
        "the checkpoint brings no tokenizer: " + checkpoint.tokenizer.bpe_vocab + " is taken");
}

}  // namespace

std::string file_in(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  const fs::path path = fs::path(folder) / name;
  return fs::is_regular_file(path, ignored) ? path.string() : "";
}

std::string first_file(const std::string& folder, const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (std::string path = file_in(folder, name); !path.empty()) return path;
  return "";
}

Json read_config(const std::string& path) {
  constexpr uint64_t kMaxBytes = 1 << 22;  // the largest published ones have some kilobytes
  return parse_json(read_file(path, kMaxBytes), path);
}

TensorStore read_weights(const std::string& path) {
  if (path.ends_with(".safetensors")) return read_safetensors(path);
  if (path.ends_with(".safetensors.index.json")) return read_sharded_safetensors(path);
  if (path.ends_with(".index.json")) return read_shards(path, read_state_dict);
  return read_state_dict(path);
}

void find_tokenizer(Checkpoint& checkpoint, const std::string& folder, const OpenOptions& options,
                    Cleaning by_rule, const std::string& rule_name) {
  auto& files = checkpoint.tokenizer;
  if (!checkpoint.config.text) return;
  files = options.tokenizer.empty() ? tokenizer_files_in(folder)
                                    : find_tokenizer_files(options.tokenizer);
  if (!brings_tokenizer(files)) take_common_vocabulary(checkpoint);
  if (!brings_tokenizer(files)) {
    checkpoint.rules.push_back(
        "the checkpoint brings no tokenizer: give --tokenizer a tokenizer.json, a folder with "
        "vocab.json and merges.txt, or OpenAI's bpe_simple_vocab_16e6.txt.gz");
    return;
  }
  const auto noted = read_tokenizer_config(files).cleaning;  // in folders that Tandem wrote
  if (!files.tokenizer_json.empty()) {
    checkpoint.cleaning = Cleaning::hugging_face;
    if (noted != Cleaning::hugging_face)
      checkpoint.rules.push_back("texts are cleaned and split as tokenizer.json says");
    return;
  }
  checkpoint.cleaning = noted.value_or(by_rule);
  if (!noted)
    checkpoint.rules.push_back(fmt::format(
        "{} does not say how texts are cleaned: {}",
        fs::path(files.vocab.empty() ? files.bpe_vocab : files.vocab).filename().string(),
        rule_name));
}

}  // namespace tandem
