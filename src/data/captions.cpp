#include "data/captions.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "data/dataset.h"
#include "data/sample_part.h"

namespace tandem {
namespace {

constexpr size_t kBatch = 65536;
constexpr int64_t kSamplesAtOnce = 1024;
constexpr size_t kLongestLine = size_t{1} << 20;

/// Texts that wait until they are worth a call.
class CaptionBatch {
 public:
  explicit CaptionBatch(const std::function<void(std::span<const std::string>)>& each)
      : each_(each) {}

  void add(std::string text) {
    texts_.push_back(std::move(text));
    if (texts_.size() == kBatch) flush();
  }
  void flush() {
    check_interrupt();
    if (!texts_.empty()) each_(texts_);
    texts_.clear();
  }

 private:
  const std::function<void(std::span<const std::string>)>& each_;
  std::vector<std::string> texts_;
};

bool is_data(const std::string& input) {
  const std::string path = input.substr(0, input.find_last_not_of('/') + 1);
  const auto ends = [&](const char* ending) { return path.ends_with(ending); };
  std::error_code ignored;
  return input.starts_with(kPipe) || ends(".tar") || ends(".csv") || ends(".tsv") ||
         ends(".jsonl") || std::filesystem::is_directory(input, ignored);
}

void read_lines(std::istream& in, const std::string& name, CaptionBatch& batch) {
  for (std::string line; std::getline(in, line);) {
    if (line.size() > kLongestLine)
      fail(ErrorKind::limit, "{}: has a line of more than {} bytes; write one caption a line", name,
           kLongestLine);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) batch.add(std::move(line));
  }
  if (in.bad()) fail(ErrorKind::io, "{}: cannot be read ({})", name, std::strerror(errno));
}

void read_data(const std::string& input, const CaptionOptions& options, CaptionBatch& batch) {
  const SourceConfig source{.path = input, .texts = options.texts};
  const Dataset dataset(std::span(&source, 1), {.cache = options.cache, .pictures = false});
  struct Found {
    std::vector<WeightedText> texts;
    std::string obstacle;
  };
  for (int64_t begin = 0; begin < dataset.size(); begin += kSamplesAtOnce) {
    std::vector<Found> found(static_cast<size_t>(std::min(kSamplesAtOnce, dataset.size() - begin)));
    parallel_for(static_cast<int64_t>(found.size()), [&](int64_t i) {
      try {
        found[i].texts = dataset.read(begin + i).texts;
      } catch (const Error& error) {
        found[i].obstacle = error.what();
      }
    });
    for (auto& sample : found) {
      if (!sample.obstacle.empty() && options.on_bad) options.on_bad(sample.obstacle);
      for (auto& text : sample.texts) batch.add(std::move(text.text));
    }
  }
}

}  // namespace

void read_captions(const std::string& input, const CaptionOptions& options,
                   const std::function<void(std::span<const std::string>)>& each) {
  CaptionBatch batch(each);
  if (input == "-") {
    read_lines(std::cin, "standard input", batch);
  } else if (is_data(input)) {
    read_data(input, options, batch);
  } else {
    std::ifstream file(input, std::ios::binary);
    if (!file)
      fail(ErrorKind::io, "{}: cannot be read ({}); name a file of captions", input,
           std::strerror(errno));
    read_lines(file, input, batch);
  }
  batch.flush();
}

}  // namespace tandem
