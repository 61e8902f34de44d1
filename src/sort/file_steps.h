// The steps that moving and copying are made of, so that nothing is overwritten and nothing is
// lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tandem {

/// What tells one state of a file from another without reading it.
struct FileStamp {
  uint64_t size = 0;
  int64_t modified_ns = 0;
  uint64_t inode = 0;
  bool operator==(const FileStamp&) const = default;
};

/// Of the name itself: a symbolic link is not followed. Nothing where there is no file.
std::optional<FileStamp> stamp_of(const std::string& path);
bool is_symbolic_link(const std::string& path);
/// What a symbolic link says; empty where there is none.
std::string link_target(const std::string& path);

enum class Renamed { yes, taken, other_file_system };
/// Renames where nothing has the new name. Errors: io.
Renamed rename_without_replacing(const std::string& from, const std::string& to);

/// Copies a file's bytes, times and permission bits under a name that is new, to the disk. With
/// `verify` it is read again from there. Errors: io; bad_input for what is no plain file or changed
/// meanwhile. On errors the new file is removed.
void copy_durably(const std::string& from, const std::string& to, bool verify);

/// Errors: io.
bool same_content(const std::string& a, const std::string& b);
/// Removes a file. Errors: io; none for a file that is not there.
void remove_file(const std::string& path);
/// What a rename changed reaches the disk.
void sync_folder_of(const std::string& path);
std::string folder_of(const std::string& path);

}  // namespace tandem
