// Any bytes as one of a tokenizer's files: it loads and works, or is refused by a
// sentence. The first byte says which file it is.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tandem/error.h"
#include "text/tokenizer.h"

namespace {

/// A folder for this process's files.
const std::string& folder() {
  static const std::string path = [] {
    const auto made = std::filesystem::temp_directory_path() /
                      ("tandem_fuzz_tokenizer_" + std::to_string(getpid()));
    std::filesystem::create_directories(made);
    return made.string();
  }();
  return path;
}

std::string write(const std::string& name, const std::string& bytes) {
  const std::string path = folder() + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

tandem::TokenizerFiles files_of(int kind, const std::string& bytes) {
  tandem::TokenizerFiles files;
  switch (kind % 5) {
    case 0: files.tokenizer_json = write("tokenizer.json", bytes); break;
    case 1: files.bpe_vocab = write("vocab.txt", "header\n" + bytes); break;
    case 2: files.bpe_vocab = write("vocab.txt.gz", bytes); break;
    case 3:
      files.vocab = write("vocab.json", bytes);
      files.merges = write("merges.txt", "#version: 0.2\nt h\nth e</w>\n");
      break;
    default:
      files.bpe_vocab = write("vocab.txt", "header\nt h\n");
      files.tokenizer_config = write("tokenizer_config.json", bytes);
      break;
  }
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const tandem::Tokenizer tokenizer = tandem::Tokenizer::load(files_of(data[0], bytes));
    const auto ids = tokenizer.encode("The cat's <|endoftext|> photo caf\xC3\xA9");
    tokenizer.decode(ids);
    tokenizer.describe();
    tokenizer.encode_row("the", 2);
  } catch (const tandem::Error& error) {
    if (std::string(error.what()).empty()) std::abort();
  }
  return 0;
}
