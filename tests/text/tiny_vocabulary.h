// A tokenizer's files with a dozen merges, for tests of loading.
#pragma once

#include <string>
#include <vector>

#include "base/scratch_folder.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace tandem_test {

inline const std::vector<std::string> kTinyMerges = {
    "t h", "th e</w>", "c a", "ca t</w>", "p h", "o t", "ph ot", "phot o</w>", "i n", "in g</w>"};

/// bpe_simple_vocab_16e6.txt in small: a header and the merges.
inline std::string tiny_bpe_file() {
  std::string text = "\"header\n";
  for (const std::string& merge : kTinyMerges) text += merge + "\n";
  return text;
}

inline tandem::TokenizerFiles tiny_bpe(const ScratchFolder& folder) {
  tandem::TokenizerFiles files;
  files.bpe_vocab = folder.write("bpe_simple_vocab_16e6.txt", tiny_bpe_file());
  return files;
}

/// The tokenizer.json that CLIPTokenizerFast would write for it.
inline std::string tiny_tokenizer_json() {
  std::string vocab, merges;
  int id = 0;
  const auto add = [&](std::string spelling) {
    std::string escaped;
    for (const char c : spelling)
      escaped += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    vocab += (id == 0 ? "\"" : ",\"") + escaped + "\":" + std::to_string(id);
    ++id;
  };
  for (const char* end : {"", "</w>"})
    for (const uint8_t byte : tandem::byte_order()) add(tandem::byte_spelling(byte) + end);
  for (std::string merge : kTinyMerges) {
    merges += (merges.empty() ? "\"" : ",\"") + merge + "\"";
    add(merge.erase(merge.find(' '), 1));
  }
  const std::string start = std::to_string(id), end = std::to_string(id + 1);
  add("<|startoftext|>");
  add("<|endoftext|>");
  return R"({"version":"1.0","added_tokens":[{"id":)" + start +
         R"(,"content":"<|startoftext|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":true},{"id":)" +
         end +
         R"(,"content":"<|endoftext|>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "},{"type":"Lowercase"}]},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"},"behavior":"Removed","invert":true},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true}]},"post_processor":{"type":"RobertaProcessing","sep":["<|endoftext|>",)" +
         end + R"(],"cls":["<|startoftext|>",)" + start +
         R"(]},"model":{"type":"BPE","unk_token":"<|endoftext|>","continuing_subword_prefix":"","end_of_word_suffix":"</w>","vocab":{)" +
         vocab + R"(},"merges":[)" + merges + "]}}";
}

}  // namespace tandem_test
