#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

#include "base/fail.h"
#include "engine/engine.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> model_folders() {
  std::vector<fs::path> folders = {"models"};
  if (const char* listed = std::getenv("TANDEM_MODELS")) {
    std::istringstream parts(listed);
    for (std::string part; std::getline(parts, part, ':');)
      if (!part.empty()) folders.emplace_back(part);
  }
  // The XDG base directory specification's user data folder.
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
    folders.push_back(fs::path(data) / "tandem" / "models");
  else if (const char* home = std::getenv("HOME"); home && *home)
    folders.push_back(fs::path(home) / ".local" / "share" / "tandem" / "models");
  return folders;
}

}  // namespace

std::string find_model(const std::string& path_or_name) {
  if (path_or_name.empty())
    fail(ErrorKind::bad_input, "no model was named; give a folder, a file or a name with --model");
  std::error_code ignored;
  if (fs::exists(path_or_name, ignored)) return path_or_name;
  std::string looked;
  for (const auto& folder : model_folders()) {
    if (fs::exists(folder / path_or_name, ignored)) return (folder / path_or_name).string();
    looked += (looked.empty() ? "" : ", ") + folder.string();
  }
  fail(ErrorKind::io,
       "{}: there is no such file, and no model of that name in {}; give the path of a model's "
       "folder or file",
       path_or_name, looked);
}

}  // namespace tandem
