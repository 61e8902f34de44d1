#include "text/vocabulary_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/fail.h"
#include "base/files.h"
#include "text/gunzip.h"
#include "text/utf8.h"
#include "text/vocabulary_json.h"

namespace tandem {
namespace {

constexpr uint64_t kLargestFile = uint64_t{64} << 20;  // the published one has 3.2 MB

/// The file's text, inflated where it is gzip, as UTF-8.
std::string read_text(const std::string& path) {
  std::string text = read_file(path, kLargestFile);
  if (is_gzip(text)) text = gunzip(text, kLargestFile, path);
  const size_t offset = invalid_utf8_offset(text);
  if (offset != std::string_view::npos)
    fail(ErrorKind::bad_model, "{}: is no UTF-8 at byte {}; get the file again", path, offset);
  return text;
}

/// The next line of `rest`, which loses it, without its line feed (and CR).
std::string_view take_line(std::string_view& rest) {
  const size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

Vocabulary::Pair parse_merge(std::string_view line, size_t number, const std::string& source) {
  const size_t blank = line.find(' ');
  const std::string_view left = line.substr(0, blank);
  const std::string_view right = blank == line.npos ? std::string_view() : line.substr(blank + 1);
  if (left.empty() || right.empty() || right.find(' ') != right.npos)
    fail(ErrorKind::bad_model,
         "{}: merge {} is not two symbols with a blank between; get the file again", source,
         number);
  return {std::string(left), std::string(right)};
}

VocabularyParts read_bpe_vocab(const std::string& path, int vocab_size,
                               const std::vector<std::string>& specials) {
  const std::string text = read_text(path);
  std::string_view rest = text;
  take_line(rest);  // "bpe_simple_vocab_16e6.txt#version: 0.2
  if (vocab_size != 0 && vocab_size < kSymbolsBesideMerges)
    fail(ErrorKind::bad_input,
         "{}: a vocabulary of {} ids has no room for the {} that are no merges", path, vocab_size,
         kSymbolsBesideMerges);
  const auto wanted = static_cast<size_t>(
      (vocab_size != 0 ? vocab_size : kPublishedVocabularySize) - kSymbolsBesideMerges);
  VocabularyParts parts;
  parts.source = path;
  for (const bool at_end : {false, true})
    for (const uint8_t byte : byte_order())
      parts.spellings.push_back(byte_spelling(byte) + std::string(at_end ? kEndOfWord : ""));
  while (parts.merges.size() < wanted && !rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.empty() && rest.empty()) break;
    parts.merges.push_back(parse_merge(line, parts.merges.size() + 1, path));
    parts.spellings.push_back(parts.merges.back().first + parts.merges.back().second);
  }
  if (vocab_size != 0 && parts.merges.size() < wanted)
    fail(ErrorKind::bad_model,
         "{}: has {} merges, a vocabulary of {} ids needs {}; use the vocabulary that belongs to "
         "the weights",
         path, parts.merges.size(), vocab_size, wanted);
  if (parts.merges.empty())
    fail(ErrorKind::bad_model, "{}: has no merges; it is no vocabulary of CLIP's", path);
  parts.spellings.insert(parts.spellings.end(), specials.begin(), specials.end());
  return parts;
}

std::vector<std::string> read_vocab(const std::string& path) {
  VocabularyParts parts;
  parts.source = path;
  parse_vocabulary_json(read_file(path, kLargestFile), VocabularyPlace::whole_file, parts);
  if (parts.spellings.empty())
    fail(ErrorKind::bad_model, "{}: holds no vocabulary; get the file again", path);
  return std::move(parts.spellings);
}

VocabularyParts read_vocab_and_merges(const std::string& vocab, const std::string& merges) {
  VocabularyParts parts;
  parts.source = vocab;
  parts.spellings = read_vocab(vocab);
  const std::string text = read_text(merges);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    const bool is_version = parts.merges.empty() && line.substr(0, 8) == "#version";
    if (line.empty() || is_version) continue;
    parts.merges.push_back(parse_merge(line, parts.merges.size() + 1, merges));
  }
  if (parts.merges.empty())
    fail(ErrorKind::bad_model, "{}: has no merges; use the file that belongs to {}", merges, vocab);
  return parts;
}

}  // namespace tandem
