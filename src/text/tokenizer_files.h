// Finding a tokenizer's files.
#pragma once

#include <string>

#include "text/tokenizer.h"

namespace tandem {

/// What `path` is: tokenizer.json, vocab.json or merges.txt (their folder then),
/// bpe_simple_vocab_16e6.txt(.gz), or a folder that holds some of them. Error:
/// bad_input where there is none of them.
TokenizerFiles find_tokenizer_files(const std::string& path);

/// The files that this folder holds; all empty where it holds none.
TokenizerFiles tokenizer_files_in(const std::string& folder);

}  // namespace tandem
