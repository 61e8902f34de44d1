#include "data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/json.h"
#include "base/thread_pool.h"
#include "data/cache_folder.h"
#include "data/digest.h"
#include "data/path_patterns.h"
#include "data/record.h"
#include "data/sample_part.h"

namespace tandem {
namespace {

using Parts = std::vector<std::unique_ptr<SamplePart>>;

/// Adds up what the parts report from their threads.
class SharedProgress {
 public:
  explicit SharedProgress(const DatasetOptions& options) : tell_(options.progress) {}

  std::function<void(int64_t)> of_part(const std::string& what, int64_t& counted) {
    if (!tell_) return {};
    return [this, &what, &counted](int64_t samples) {
      const std::lock_guard lock(mutex_);
      total_ += samples - counted;
      counted = samples;
      tell_(what, total_);
    };
  }

 private:
  std::function<void(const std::string&, int64_t)> tell_;
  std::mutex mutex_;
  int64_t total_ = 0;
};

std::vector<std::string> paths_of(const SourceConfig& config) {
  return config.path.starts_with(kPipe) ? expand_ranges(config.path) : expand_paths(config.path);
}

std::unique_ptr<SamplePart> open_part(const PartRequest& request) {
  const std::string& path = request.path;
  if (path.starts_with(kPipe)) return open_pipe_part(request);
  if (std::filesystem::is_directory(path)) return open_folder_part(request);
  for (const char* end : {".csv", ".tsv", ".jsonl", ".ndjson"})
    if (path.ends_with(end)) return open_table_part(request);
  return open_tar_part(request);
}

Parts open_parts(const SourceConfig& config, const DatasetOptions& options,
                 const std::string& cache, SharedProgress& progress) {
  const std::vector<std::string> paths = paths_of(config);
  Parts parts(paths.size());
  std::vector<int64_t> counted(paths.size());
  parallel_for(static_cast<int64_t>(paths.size()), [&](int64_t i) {
    PartRequest request{.path = paths[i],
                        .config = &config,
                        .texts_required = options.texts_required,
                        .pictures = options.pictures,
                        .cache = cache,
                        .progress = progress.of_part(paths[i], counted[i])};
    parts[i] = open_part(request);
    if (request.progress) request.progress(parts[i]->size());
  });
  return parts;
}

std::string looked_for(const SourceConfig& config, bool texts_required) {
  std::string text = config.image_keys.empty()
                         ? std::string("pictures")
                         : fmt::format("pictures called {}", fmt::join(config.image_keys, ", "));
  if (texts_required) text += " with texts";
  for (const auto& condition : config.where)
    text += fmt::format(" with {} = {}", condition.first, fmt::join(condition.second, " or "));
  return text;
}

SourceSummary summary_of(const SourceConfig& config, const Parts& parts, bool texts_required) {
  SourceSummary summary{.path = config.path, .weight = config.weight};
  Digest digest;
  digest.add(describe_selection(config, texts_required));
  for (const auto& part : parts) {
    summary.samples += part->size();
    digest.add(part->fingerprint());
  }
  if (summary.samples == 0)
    fail(ErrorKind::bad_input,
         "{}: has no sample that fits (looked for {}); name the picture and text fields in "
         "`image_keys` and `texts`, and check `where`",
         config.path, looked_for(config, texts_required));
  summary.fingerprint = digest.hex();
  return summary;
}

}  // namespace

std::string describe_selection(const SourceConfig& config, bool texts_required) {
  OrderedJson selection;
  selection["image_keys"] = config.image_keys;
  selection["texts_required"] = texts_required;
  selection["texts"] = OrderedJson::array();
  for (const TextChoice& choice : config.texts) selection["texts"].push_back(choice.field);
  selection["label_key"] = config.label_key;
  selection["templates"] = config.templates;
  selection["where"] = config.where;
  return to_line(selection);
}

class Dataset::Impl {
 public:
  Impl(std::span<const SourceConfig> sources, const DatasetOptions& options)
      : configs_(sources.begin(), sources.end()) {
    if (configs_.empty()) fail(ErrorKind::bad_input, "there is no source of data; name one");
    for (const SourceConfig& config : configs_) check_source(config);
    const std::string cache = make_cache_folder(options.cache);
    SharedProgress progress(options);
    Digest digest;
    for (const SourceConfig& config : configs_) {
      source_begins_.push_back(size_);
      Parts parts = open_parts(config, options, cache, progress);
      summaries_.push_back(summary_of(config, parts, options.texts_required));
      digest.add(summaries_.back().fingerprint);
      for (auto& part : parts) {
        if (part->size() == 0) continue;
        part_begins_.push_back(size_);
        size_ += part->size();
        parts_.push_back(std::move(part));
      }
    }
    source_begins_.push_back(size_);
    fingerprint_ = digest.hex();
  }

  /// The part that a sample is in, and its place there.
  std::pair<const SamplePart*, int64_t> find(int64_t index) const {
    if (index < 0 || index >= size_)
      fail(ErrorKind::bad_input, "there is no sample {}; the data set has {}", index, size_);
    const auto after = std::upper_bound(part_begins_.begin(), part_begins_.end(), index);
    const auto part = static_cast<size_t>(after - part_begins_.begin()) - 1;
    return {parts_[part].get(), index - part_begins_[part]};
  }

  std::vector<SourceConfig> configs_;  // the parts refer to them
  Parts parts_;
  std::vector<int64_t> part_begins_, source_begins_;
  std::vector<SourceSummary> summaries_;
  int64_t size_ = 0;
  std::string fingerprint_;
};

Dataset::Dataset(std::span<const SourceConfig> sources, const DatasetOptions& options)
    : impl_(std::make_unique<Impl>(sources, options)) {}
Dataset::~Dataset() = default;
Dataset::Dataset(Dataset&&) noexcept = default;
Dataset& Dataset::operator=(Dataset&&) noexcept = default;

int64_t Dataset::size() const { return impl_->size_; }

Sample Dataset::read(int64_t index) const {
  const auto found = impl_->find(index);
  return found.first->read(found.second);
}

std::string Dataset::key(int64_t index) const {
  const auto found = impl_->find(index);
  return found.first->key(found.second);
}

const std::vector<SourceSummary>& Dataset::sources() const { return impl_->summaries_; }
std::span<const int64_t> Dataset::source_begins() const { return impl_->source_begins_; }
std::string Dataset::fingerprint() const { return impl_->fingerprint_; }

}  // namespace tandem
