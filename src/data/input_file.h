// A file that is read at places, by many threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tandem {

/// The first few hundred files that are read stay open, further ones are opened for each read: data
/// sets have more shards than a process may have files. Not mapped, so that the memory in use
/// says what Tandem uses and a file that shrinks is an error.
class InputFile {
 public:
  /// Errors: io where there is none, bad_input for a folder or a device.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  /// The last part of the path, for messages.
  std::string name() const;
  uint64_t size() const { return size_; }
  int64_t modified_ns() const { return modified_ns_; }

  /// Fills `out` from `offset` on. Errors: io, also where the file ends before.
  void read_at(uint64_t offset, std::span<std::byte> out) const;
  std::string read_at(uint64_t offset, uint64_t size) const;

 private:
  std::string path_;
  uint64_t size_ = 0;
  int64_t modified_ns_ = 0;
  mutable std::atomic<int> kept_{-1};
};

}  // namespace tandem
