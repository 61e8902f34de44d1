// One picture file read for the library: its bytes once, so that hash, facts and embedding belong
// to the same content whatever happens to the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "index/library.h"

namespace tandem {

/// Size and time of a file; nothing where it is no regular file or is gone.
struct FileState {
  int64_t size = 0;
  int64_t modified_ns = 0;
  bool operator==(const FileState&) const = default;
};
std::optional<FileState> file_state(const std::string& path);

/// Whether the system says that there is no such file (not: that it may not be seen).
bool is_gone(const std::string& path);

/// FileState::modified_ns of a failure that is worth another try although the file is the same.
constexpr int64_t kTryAgain = -1;

struct PictureReading {
  PictureRecord record;  ///< without id
  std::vector<std::string> tags;
  std::string picture;  ///< what is decoded: the file, or a raw file's preview
  bool gone = false;    ///< it was removed since it was found
  std::string failure;  ///< a sentence, else empty; record's path, size and modified_ns hold
};

/// Reads and hashes, decodes nothing. Of a file that is written to meanwhile, another try is made.
PictureReading read_picture(const std::string& path);

/// The hash of a file's content as it is now. Error: io where it cannot be read.
std::string hash_of_file(const std::string& path);

}  // namespace tandem
