// Tars, pictures and sources made for tests.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/scratch_folder.h"
#include "data/dataset.h"
#include "image/decode.h"
#include "text/tokenizer.h"

namespace tandem_test {

/// One header block, each field as it is given.
inline std::string tar_header(const std::string& name, uint64_t size, char type = '0',
                              const std::string& prefix = "") {
  std::string block(512, '\0');
  const auto put = [&](size_t at, const std::string& text) {
    block.replace(at, text.size(), text);
  };
  put(0, name.substr(0, 100));
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", size));
  put(136, "00000000000");
  put(156, std::string(1, type));
  put(257, std::string("ustar\0"
                       "00",
                       8));
  put(345, prefix);
  put(148, "        ");
  uint64_t sum = 0;
  for (const char c : block) sum += static_cast<uint8_t>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return block;
}

inline std::string tar_entry(const std::string& name, const std::string& bytes, char type = '0',
                             const std::string& prefix = "") {
  std::string entry = tar_header(name, bytes.size(), type, prefix) + bytes;
  entry.resize((entry.size() + 511) / 512 * 512);
  return entry;
}

inline std::string pax_record(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  return std::to_string(length) + rest;
}

using Files = std::vector<std::pair<std::string, std::string>>;

inline std::string tar_of(const Files& files) {
  std::string tar;
  for (const auto& file : files) tar += tar_entry(file.first, file.second);
  return tar + std::string(1024, '\0');
}

/// A PNG of one colour with a diagonal, so that crops differ.
inline std::string small_png(uint8_t shade, int width = 12, int height = 9) {
  tandem::RgbImage image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(static_cast<uint8_t>(x == y ? 255 - shade : shade + 7 * c + x));
  const std::vector<uint8_t> png = tandem::encode_png(image);
  return {png.begin(), png.end()};
}

/// `count` samples 000, 001... with captions "a cat 000"; `with` may change each's files.
template <class With>
std::string tar_of_samples(int count, With with) {
  Files files;
  for (int i = 0; i < count; ++i) {
    const std::string key = fmt::format("{:03}", i);
    Files sample = {
        {key + ".png", small_png(static_cast<uint8_t>(i))},
        {key + ".json", fmt::format("{{\"text\": [\"a cat {}\", \"photo {}\"]}}", key, key)}};
    with(i, sample);
    files.insert(files.end(), sample.begin(), sample.end());
  }
  return tar_of(files);
}
inline std::string tar_of_samples(int count) {
  return tar_of_samples(count, [](int, Files&) {});
}

/// A data set of one source, indexed without a cache that outlives the test.
inline tandem::Dataset open_source(const ScratchFolder& folder, tandem::SourceConfig config,
                                   bool texts_required = true) {
  const std::vector<tandem::SourceConfig> sources = {std::move(config)};
  return tandem::Dataset(sources,
                         {.cache = folder.path("cache"), .texts_required = texts_required});
}

inline std::vector<std::string> texts_of_sample(const tandem::Sample& sample) {
  std::vector<std::string> texts;
  for (const auto& text : sample.texts) texts.push_back(text.text);
  return texts;
}

}  // namespace tandem_test
