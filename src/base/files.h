// Whole small files: reading, and writing beside the name with a rename at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tandem {

/// The file's bytes. Errors: io where it cannot be read, bad_input for a
/// folder, limit where it is longer than `max_bytes`.
std::string read_file(const std::string& path, uint64_t max_bytes = uint64_t{1} << 31);

/// All of standard input (the path "-" of the command line).
std::string read_stdin(uint64_t max_bytes = uint64_t{1} << 31);

/// A file that appears under its name complete or not at all: bytes go to a
/// temporary file in the same folder, commit() renames it, the destructor of an
/// uncommitted one removes it.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  int file_ = -1;
};

/// AtomicFile in one call.
void write_file(const std::string& path, std::string_view bytes);

}  // namespace tandem
