#include "index/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/interrupt.h"
#include "data/picture_names.h"
#include "image/raw_preview.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

bool is_dots(const std::string& name) { return name == "." || name == ".."; }

/// Left out whatever the user says; a root may be called so.
bool is_hidden(const std::string& name) { return name.starts_with('.') || name == "@eaDir"; }

std::string joined(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

}  // namespace

bool is_picture_name(const std::string& path) {
  const size_t dot = path.rfind('.');
  const size_t slash = path.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return false;
  std::string ending = path.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto& endings = picture_extensions();
  return std::find(endings.begin(), endings.end(), ending) != endings.end() || has_raw_ending(path);
}

FolderWalk::FolderWalk(std::vector<std::string> excludes, EachPath picture, EachPath trouble)
    : excludes_(std::move(excludes)), picture_(std::move(picture)), trouble_(std::move(trouble)) {}

void FolderWalk::walk(const std::string& root, const std::string& from) {
  root_ = root;
  is_part_ = from != root;
  struct stat status {};
  if (is_part_ && ::stat(root.c_str(), &status) == 0)  // what leads back to it leads to all again
    entered_.insert({status.st_dev, status.st_ino});
  const bool is_link = is_part_ && ::lstat(from.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
  (is_link ? links_ : folders_) = {from};
  while (!folders_.empty() || !links_.empty()) {
    if (folders_.empty()) {
      const std::string link = std::move(links_.back());
      links_.pop_back();
      follow(link);
      continue;
    }
    const std::string folder = std::move(folders_.back());
    folders_.pop_back();
    enter(folder);
  }
}

void FolderWalk::enter(const std::string& path) {
  check_interrupt();
  const OpenFolder folder(::opendir(path.c_str()));
  if (!folder) {
    if (errno == ENOENT) return;  // it went while we walked
    return trouble_(
        fmt::format("{}: cannot be read ({}); check its permissions", path, std::strerror(errno)));
  }
  const int descriptor = ::dirfd(folder.get());
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 ||
      !entered_.insert({status.st_dev, status.st_ino}).second ||
      ::faccessat(descriptor, ".nomedia", F_OK, 0) == 0)
    return;
  if (each_folder) each_folder(path);
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    check_interrupt();
    meet(path, entry->d_name, entry->d_type, descriptor);
    errno = 0;
  }
  if (errno != 0)
    trouble_(fmt::format("{}: cannot be read to its end ({}); check the disk", path,
                         std::strerror(errno)));
}

void FolderWalk::meet(const std::string& folder, const std::string& name, unsigned char type,
                      int descriptor) {
  if (is_dots(name) || is_hidden(name)) return;
  const std::string path = joined(folder, name);
  if (type == DT_UNKNOWN) {  // some file systems do not say
    struct stat status {};
    if (::fstatat(descriptor, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    type = S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : DT_LNK;
  }
  if (type != DT_REG && type != DT_DIR && type != DT_LNK) return;
  if (is_excluded(path.substr(std::min(path.size(), begin_of_folder(root_).size())), name)) return;
  if (type == DT_LNK)
    links_.push_back(path);
  else if (type == DT_DIR)
    folders_.push_back(path);
  else if (is_picture_name(name))
    picture_(path);
}

void FolderWalk::follow(const std::string& link) {
  struct stat status {};
  if (::stat(link.c_str(), &status) != 0) return;  // it leads nowhere
  if (S_ISDIR(status.st_mode)) {
    if (!is_part_ || !is_walked_otherwise(full_path(link))) folders_.push_back(link);
  } else if (S_ISREG(status.st_mode) && is_picture_name(link)) {
    picture_(link);
  }
}

/// Whether a folder lies below the root, so that a walk of all enters it under its own name.
bool FolderWalk::is_walked_otherwise(const std::string& folder) const {
  const bool is_below = folder == root_ || folder.starts_with(begin_of_folder(root_));
  return is_below && !leaves_out(root_, folder);
}

bool FolderWalk::is_excluded(const std::string& relative, const std::string& name) const {
  return std::any_of(excludes_.begin(), excludes_.end(), [&](const std::string& glob) {
    return ::fnmatch(glob.c_str(), relative.c_str(), 0) == 0 ||
           ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
  });
}

bool FolderWalk::leaves_out(const std::string& root, const std::string& path) const {
  const size_t begin = begin_of_folder(root).size();
  if (path.size() <= begin) return false;
  for (size_t at = begin; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, end - at);
    if (is_hidden(name) || is_excluded(path.substr(begin, end - begin), name)) return true;
    if (end < path.size() && ::access((path.substr(0, end) + "/.nomedia").c_str(), F_OK) == 0)
      return true;
    at = end + 1;
  }
  return false;
}

bool FolderWalk::is_empty_folder(const std::string& path) {
  const OpenFolder folder(::opendir(path.c_str()));
  if (!folder) return false;
  while (const dirent* entry = ::readdir(folder.get()))
    if (!is_dots(entry->d_name)) return false;
  return true;
}

std::string full_path(const std::string& path) {
  std::error_code error;
  fs::path full = fs::canonical(path, error);
  if (error) full = fs::absolute(path, error).lexically_normal();
  std::string text = full.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::string begin_of_folder(const std::string& folder) {
  return folder.ends_with('/') ? folder : folder + "/";
}

std::string end_of_folder(const std::string& folder) {
  std::string end = begin_of_folder(folder);
  ++end.back();
  return end;
}

}  // namespace tandem
