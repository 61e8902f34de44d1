#include "checkpoint/model_places.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/library_folder.h"

namespace tandem {

namespace fs = std::filesystem;

const char* const kBuiltInModel = "tandem-small";

std::string installed_models_folder() {
  const std::string library = library_folder();
  if (library.empty()) return {};
  const auto place = [&](const char* from_library) {
    return (fs::path(library) / from_library).lexically_normal().string();
  };
  std::error_code ignored;
  // A build folder is laid out in one way, an installation as its system wants it.
  if (std::string built = place("../share/tandem"); fs::exists(built, ignored)) return built;
  return place(TANDEM_SHARE_FROM_LIBRARY);
}

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
  if (std::string installed = installed_models_folder(); !installed.empty())
    folders.push_back(std::move(installed));
  return folders;
}

std::vector<std::string> architecture_folders() {
  std::vector<std::string> folders = model_folders();
  for (auto& folder : folders) folder = (fs::path(folder) / "configs").string();
  return folders;
}

}  // namespace tandem
