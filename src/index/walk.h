// The pictures below a folder, as they are met.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tandem {

/// Whether a name ends as pictures do that Tandem decodes, camera raw files included.
bool is_picture_name(const std::string& path);

/// Walks folders in depth, real folders before what symbolic links lead to. Left out: names that
/// begin with a dot; folders that hold a file `.nomedia`, with what is below; `@eaDir` (a NAS's
/// thumbnails); what a glob excludes (* crosses folders; matched with the path below the root and
/// with the name alone). A folder that links lead to again (by device and inode) is met once.
class FolderWalk {
 public:
  using EachPath = std::function<void(const std::string& path)>;
  /// `trouble` gets a sentence for a folder that cannot be read; the walk goes on.
  FolderWalk(std::vector<std::string> excludes, EachPath picture, EachPath trouble);

  /// Called with each folder that is entered (to watch it).
  EachPath each_folder;

  /// `from` is `root` or a folder below it; then links to what the root holds are left aside, as a
  /// walk of all meets it under its own name. May be called for several roots.
  void walk(const std::string& root, const std::string& from);
  void walk(const std::string& root) { walk(root, root); }

  /// Whether a path below the root is left out because of its own name or a folder's.
  bool leaves_out(const std::string& root, const std::string& path) const;
  /// Whether a folder had nothing in it at all, not even what is left out.
  static bool is_empty_folder(const std::string& path);

 private:
  void enter(const std::string& folder);
  void meet(const std::string& folder, const std::string& name, unsigned char type, int descriptor);
  bool is_excluded(const std::string& relative, const std::string& name) const;
  void follow(const std::string& link);
  bool is_walked_otherwise(const std::string& folder) const;

  std::vector<std::string> excludes_;
  EachPath picture_, trouble_;
  std::string root_;
  bool is_part_ = false;                             // not walked from the root on
  std::vector<std::string> folders_, links_;         // still to enter
  std::set<std::pair<uint64_t, uint64_t>> entered_;  // device, inode
};

/// The absolute path of a folder or file, through its links where it exists.
std::string full_path(const std::string& path);

/// The first path that is no longer below `folder`: paths below are in ["folder/", this).
std::string end_of_folder(const std::string& folder);
std::string begin_of_folder(const std::string& folder);

}  // namespace tandem
