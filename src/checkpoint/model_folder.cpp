#include "checkpoint/model_folder.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>

#include "base/fail.h"
#include "checkpoint/safetensors.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kVocabularies = {"bpe_simple_vocab_16e6.txt.gz",
                                                "bpe_simple_vocab_16e6.txt"};

TokenizerFiles files_in(const std::string& folder) {
  TokenizerFiles files{.tokenizer_json = file_in(folder, "tokenizer.json"),
                       .vocab = file_in(folder, "vocab.json"),
                       .merges = file_in(folder, "merges.txt"),
                       .tokenizer_config = file_in(folder, "tokenizer_config.json"),
                       .special_tokens_map = file_in(folder, "special_tokens_map.json"),
                       .bpe_vocab = first_file(folder, kVocabularies)};
  if (files.vocab.empty() != files.merges.empty()) files.vocab = files.merges = "";
  return files;
}

bool brings_tokenizer(const TokenizerFiles& files) {
  return !files.tokenizer_json.empty() || !files.vocab.empty() || !files.bpe_vocab.empty();
}

TokenizerFiles files_of_option(const std::string& path) {
  if (fs::is_directory(path)) {
    TokenizerFiles files = files_in(path);
    if (!brings_tokenizer(files))
      fail(ErrorKind::bad_input,
           "{}: holds no tokenizer; give a folder with tokenizer.json or with vocab.json and "
           "merges.txt, or the file bpe_simple_vocab_16e6.txt.gz",
           path);
    return files;
  }
  if (!fs::exists(path))
    fail(ErrorKind::io, "{}: there is no such file; give the tokenizer's file or folder", path);
  TokenizerFiles files;
  if (path.ends_with(".json"))
    files.tokenizer_json = path;
  else
    files.bpe_vocab = path;
  return files;
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

TensorStore read_weights(const std::string& path) {
  if (path.ends_with(".safetensors")) return read_safetensors(path);
  if (path.ends_with(".safetensors.index.json")) return read_sharded_safetensors(path);
  fail(ErrorKind::unsupported, "{}: torch files are not read yet", path);
}

void find_tokenizer(Checkpoint& checkpoint, const std::string& folder, const OpenOptions& options,
                    Cleaning by_rule, const std::string& rule_name) {
  auto& files = checkpoint.tokenizer;
  if (!checkpoint.config.text) return;
  files = options.tokenizer.empty() ? files_in(folder) : files_of_option(options.tokenizer);
  if (!brings_tokenizer(files))
    if (const char* models = std::getenv("TANDEM_MODELS"); models != nullptr && *models != '\0')
      files.bpe_vocab = first_file(models, kVocabularies);
  checkpoint.cleaning = files.tokenizer_json.empty() ? by_rule : Cleaning::hugging_face;
  if (!brings_tokenizer(files))
    checkpoint.rules.push_back(
        "the checkpoint brings no tokenizer: give --tokenizer a tokenizer.json, a folder with "
        "vocab.json and merges.txt, or OpenAI's bpe_simple_vocab_16e6.txt.gz");
  else if (!files.tokenizer_json.empty())
    checkpoint.rules.push_back("texts are cleaned and split as tokenizer.json says");
  else
    checkpoint.rules.push_back(fmt::format(
        "{} does not say how texts are cleaned: {}",
        fs::path(files.vocab.empty() ? files.bpe_vocab : files.vocab).filename().string(),
        rule_name));
}

}  // namespace tandem
