// A file that grows by whole records, each handed to the system at once.
#pragma once

#include <string>
#include <string_view>

namespace tandem {

class AppendFile {
 public:
  /// Opens for appending, made where it is missing. Error: io.
  explicit AppendFile(const std::string& path);
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&&) = delete;

  /// One record in one write, so that a killed process leaves at most its last one cut. Error: io.
  void append(std::string_view record);
  /// Until the disk has it.
  void sync();

 private:
  std::string path_;
  int file_ = -1;
};

/// fsync of a file or folder by its name. Error: io.
void sync_to_disk(const std::string& path);

}  // namespace tandem
