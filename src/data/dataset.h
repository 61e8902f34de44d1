// Sources as one random-access collection: sample i is read from where the index says.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/source_config.h"

namespace tandem {

/// One candidate caption.
struct WeightedText {
  std::string text;
  double weight = 1;
};

/// A sample as it lies in its source: the picture undecoded.
struct Sample {
  std::string key;  ///< "train-0003.tar: 00012345": names it in errors and reports
  std::vector<std::byte> picture;
  std::vector<WeightedText> texts;  ///< template sentences included, filled in
  std::optional<std::string> label;
};

struct DatasetOptions {
  /// Where tars' offset indices and the output of pipes are kept; "": the user's cache folder.
  std::string cache{};
  /// Labels and evaluation need no text; training does.
  bool texts_required = true;
  /// false: for texts and labels alone; samples come without pictures, and tables need none.
  bool pictures = true;
  /// Called now and then while sources are indexed: what, how many samples so far.
  std::function<void(const std::string& what, int64_t samples)> progress{};
};

/// What one source turned out to hold.
struct SourceSummary {
  std::string path;
  int64_t samples = 0;
  double weight = 1;
  std::string fingerprint;  ///< XXH3-128 of names, sizes and offsets
};

/// Immutable; safe from many threads at once.
class Dataset {
 public:
  /// Indexes every source (tars: one pass over the headers, kept in the cache by path, size
  /// and time). Errors: io, bad_input for a source without a sample, naming what was looked for.
  explicit Dataset(std::span<const SourceConfig> sources, const DatasetOptions& options = {});
  ~Dataset();
  Dataset(Dataset&&) noexcept;
  Dataset& operator=(Dataset&&) noexcept;

  int64_t size() const;
  /// Errors: bad_input for a sample that lacks its picture or text, or whose JSON is damaged.
  Sample read(int64_t index) const;
  /// For messages, without reading the picture.
  std::string key(int64_t index) const;
  const std::vector<SourceSummary>& sources() const;
  /// The first sample of each source, and size() at the end.
  std::span<const int64_t> source_begins() const;
  /// XXH3-128 over the sources' fingerprints: a run records it and a resumed one compares it.
  std::string fingerprint() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem
