#include "checkpoint/model_places.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/library_folder.h"

namespace tandem {

namespace fs = std::filesystem;

std::vector<std::string> model_folders() {
  std::vector<std::string> folders = {"models"};
  if (const char* listed = std::getenv("TANDEM_MODELS")) {
    std::istringstream parts(listed);
    for (std::string part; std::getline(parts, part, ':');)
      if (!part.empty()) folders.push_back(part);
  }
  // The XDG base directory specification's user data folder.
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
    folders.push_back((fs::path(data) / "tandem" / "models").string());
  else if (const char* home = std::getenv("HOME"); home && *home)
    folders.push_back((fs::path(home) / ".local" / "share" / "tandem" / "models").string());
  return folders;
}

std::vector<std::string> architecture_folders() {
  std::vector<std::string> folders = model_folders();
  for (auto& folder : folders) folder = (fs::path(folder) / "configs").string();
  if (const std::string library = library_folder(); !library.empty())
    folders.push_back(
        (fs::path(library) / TANDEM_SHARE_FROM_LIBRARY / "configs").lexically_normal().string());
  return folders;
}

}  // namespace tandem
