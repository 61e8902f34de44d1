#include <algorithm>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "text/clean.h"
#include "text/learn_bpe.h"
#include "text/utf8.h"

namespace tandem {
namespace {

constexpr size_t kLongestWord = 256;
constexpr size_t kTextsOfATask = 2048;
// Learning takes some tens of times as much memory as the words.
constexpr uint64_t kMostBytes = uint64_t{1} << 30;

struct Counts {
  std::unordered_map<std::string, int64_t> words;
  int64_t bad_texts = 0;
};

void count_text(const WordSplitter& splitter, const std::string& text, Counts& counts) {
  if (invalid_utf8_offset(text) != std::string_view::npos) {
    ++counts.bad_texts;
    return;
  }
  const std::string cleaned = clean_text(text, Cleaning::openai);
  for (WordSpan span = splitter.next(cleaned, 0); span.begin != span.end;
       span = splitter.next(cleaned, span.end))
    if (!span.is_special && span.end - span.begin <= kLongestWord)
      ++counts.words[cleaned.substr(span.begin, span.end - span.begin)];
}

}  // namespace

WordCounter::WordCounter()
    : splitter_(/*ignore_case=*/true, {{"<|startoftext|>", false}, {"<|endoftext|>", false}}) {}

void WordCounter::add(std::span<const std::string> texts) {
  check_interrupt();
  std::vector<Counts> parts((texts.size() + kTextsOfATask - 1) / kTextsOfATask);
  parallel_for(static_cast<int64_t>(parts.size()), [&](int64_t part) {
    const size_t begin = static_cast<size_t>(part) * kTextsOfATask;
    for (const auto& text : texts.subspan(begin, std::min(kTextsOfATask, texts.size() - begin)))
      count_text(splitter_, text, parts[part]);
  });
  texts_ += static_cast<int64_t>(texts.size());
  for (const auto& part : parts) {
    bad_texts_ += part.bad_texts;
    for (const auto& [word, count] : part.words) {
      const auto [at, is_new] = words_.emplace(word, 0);
      at->second += count;
      if (is_new) bytes_ += word.size();
    }
  }
  if (bytes_ > kMostBytes)
    fail(ErrorKind::limit,
         "the texts hold more than {} MB of distinct words; learn from a part of them",
         kMostBytes >> 20);
}

}  // namespace tandem
