#include "text/tokenizer_files.h"

#include <filesystem>

#include "base/fail.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

}  // namespace

TokenizerFiles tokenizer_files_in(const std::string& folder) {
  const auto file = [&](const char* name) {
    std::error_code error;
    const fs::path path = fs::path(folder) / name;
    return fs::is_regular_file(path, error) ? path.string() : std::string();
  };
  TokenizerFiles files{.tokenizer_json = file("tokenizer.json"),
                       .vocab = file("vocab.json"),
                       .merges = file("merges.txt"),
                       .tokenizer_config = file("tokenizer_config.json"),
                       .special_tokens_map = file("special_tokens_map.json"),
                       .bpe_vocab = file("bpe_simple_vocab_16e6.txt.gz")};
  if (files.bpe_vocab.empty()) files.bpe_vocab = file("bpe_simple_vocab_16e6.txt");
  if (files.vocab.empty() || files.merges.empty()) files.vocab = files.merges = "";
  return files;
}

TokenizerFiles find_tokenizer_files(const std::string& path) {
  std::error_code error;
  const fs::path given(path);
  const std::string name = given.filename().string();
  TokenizerFiles files;
  if (fs::is_directory(given, error)) {
    files = tokenizer_files_in(path);
  } else if (!fs::exists(given, error)) {
    fail(ErrorKind::io, "{}: there is no such file; give a tokenizer's file or folder", path);
  } else if (name == "vocab.json" || name == "merges.txt") {
    files = tokenizer_files_in(given.parent_path().empty() ? "." : given.parent_path().string());
    files.tokenizer_json.clear();
  } else if (given.extension() == ".json") {
    files.tokenizer_json = path;
  } else {
    files.bpe_vocab = path;
  }
  if (files.tokenizer_json.empty() && files.vocab.empty() && files.bpe_vocab.empty())
    fail(ErrorKind::bad_input,
         "{}: holds no tokenizer; give tokenizer.json, a folder with vocab.json and merges.txt, or "
         "bpe_simple_vocab_16e6.txt.gz",
         path);
  return files;
}

}  // namespace tandem
