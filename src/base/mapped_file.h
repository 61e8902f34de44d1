// A file mapped into memory, read only.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace tandem {

/// Owns one read-only mapping; the bytes live as long as it does. An empty file
/// maps to no bytes. Errors (io, bad_input for a folder) name the path.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }

  /// Tells the system that these pages are not needed for now: they are read
  /// again from disk if they are. `part` lies inside bytes().
  void release(std::span<const std::byte> part) const;

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace tandem
