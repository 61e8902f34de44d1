// Where each sample of a tar lies, so that any can be read without the others.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/input_file.h"
#include "data/record.h"
#include "data/tar.h"

namespace tandem {

/// A sample's members follow each other: from the first header to the end of the last file.
struct TarSpan {
  uint64_t offset = 0;
  uint64_t size = 0;
};

struct TarIndex {
  std::vector<TarSpan> samples;
  std::string fingerprint;  ///< XXH3-128 of keys, offsets and sizes, 32 digits
};

/// The members of one sample.
struct TarSample {
  std::string key;
  std::vector<std::pair<std::string, TarMember>> members;  ///< by extension

  /// The picture by config.image_keys, the first of them that is there; null for none.
  const TarMember* picture(const SourceConfig& config) const;
  /// The JSON, and those files that captions, label and conditions are looked for in.
  Record record(const SourceConfig& config, const TarReader::ReadAt& read,
                const std::string& name) const;
};

/// Calls `found` for each run of members with one key.
void for_each_sample(TarReader& reader, const std::function<void(const TarSample&)>& found);

/// One pass over the headers: samples that have a picture, may have a text where one is required,
/// and fit config.where. Errors as TarReader's.
TarIndex index_tar(const TarReader::ReadAt& read, uint64_t size, const std::string& name,
                   const SourceConfig& config, bool texts_required,
                   const std::function<void(int64_t)>& progress);

/// The kept form, which knows the tar's size and time; nothing where they differ or the bytes are
/// not whole.
std::string to_bytes(const TarIndex& index, uint64_t tar_size, int64_t tar_modified_ns);
std::optional<TarIndex> parse_tar_index(std::string_view bytes, uint64_t tar_size,
                                        int64_t tar_modified_ns);

}  // namespace tandem
