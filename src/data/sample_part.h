// One file or folder of a source: samples by number.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "data/dataset.h"

namespace tandem {

/// Immutable; safe from many threads at once. Errors of read and key as Dataset's.
class SamplePart {
 public:
  virtual ~SamplePart() = default;
  virtual int64_t size() const = 0;
  virtual Sample read(int64_t index) const = 0;
  virtual std::string key(int64_t index) const = 0;
  /// Of names, sizes and offsets.
  virtual std::string fingerprint() const = 0;
};

struct PartRequest {
  std::string path;
  std::string shown;  ///< begins keys and sentences; "": the path, in keys its last part
  const SourceConfig* config = nullptr;  ///< outlives the part
  bool texts_required = true;
  bool pictures = true;  ///< read them too; tables need none otherwise
  std::string cache;  ///< a folder that can be written, or "" for none
  /// Called now and then with the samples found so far.
  std::function<void(int64_t)> progress;
};

/// What begins a source that is a command.
inline constexpr const char* kPipe = "pipe:";

std::unique_ptr<SamplePart> open_tar_part(const PartRequest& request);
std::unique_ptr<SamplePart> open_pipe_part(const PartRequest& request);
std::unique_ptr<SamplePart> open_table_part(const PartRequest& request);
std::unique_ptr<SamplePart> open_folder_part(const PartRequest& request);

/// What of a source's configuration decides which samples it has and what they say (not how likely
/// each text is): part of fingerprints and of the names of kept indices.
std::string describe_selection(const SourceConfig& config, bool texts_required);

}  // namespace tandem
