#include "data/cache_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/fail.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

// The XDG base directory specification's user cache folder.
std::string users_cache() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return (fs::path(cache) / "tandem" / "data").string();
  if (const char* home = std::getenv("HOME"); home && *home)
    return (fs::path(home) / ".cache" / "tandem" / "data").string();
  return {};
}

}  // namespace

std::string make_cache_folder(const std::string& wanted) {
  const std::string folder = wanted.empty() ? users_cache() : wanted;
  if (folder.empty()) return {};
  std::error_code error;
  fs::create_directories(folder, error);
  if (fs::is_directory(folder, error) && ::access(folder.c_str(), W_OK) == 0) return folder;
  if (wanted.empty()) return {};
  fail(ErrorKind::io, "{}: cannot be written as the cache of data; choose another folder", folder);
}

}  // namespace tandem
