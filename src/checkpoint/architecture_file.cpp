#include "checkpoint/architecture_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/fail.h"
#include "base/json.h"
#include "checkpoint/config_object.h"
#include "checkpoint/config_open_clip.h"
#include "checkpoint/model_folder.h"
#include "checkpoint/model_places.h"
#include "model/architectures.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

Architecture read_file_of(const std::string& path) {
  const Json json = read_config(path);
  const OpenClipConfig parsed = parse_open_clip_config(json, path);
  Architecture architecture{.config = parsed.model, .preprocess = parsed.preprocess};
  const ConfigObject file(json, path);
  const ConfigObject model = file.has("model_cfg") ? file.object("model_cfg") : file;
  if (!model.object("text_cfg").has("vocab_size")) architecture.config.text->vocab_size = 0;
  return architecture;
}

Architecture known(const std::string& name) {
  Architecture architecture{.config = architecture_named(name)};
  const auto [height, width] = architecture.config.image_size();
  architecture.preprocess.height = height;
  architecture.preprocess.width = width;
  return architecture;
}

bool is_known(const std::string& name) {
  const auto names = known_architectures();
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Architecture read_architecture(const std::string& name_or_path) {
  if (is_known(name_or_path)) return known(name_or_path);
  if (name_or_path.ends_with(".json")) return read_file_of(name_or_path);
  for (const auto& folder : architecture_folders())
    if (const auto path = file_in(folder, name_or_path + ".json"); !path.empty())
      return read_file_of(path);
  fail(ErrorKind::bad_input,
       "\"{}\" is no architecture that is known by name, nor a JSON file of that name in {}; give "
       "the path of one, or one of {}",
       name_or_path, fmt::join(architecture_folders(), ", "),
       fmt::join(architecture_names(), ", "));
}

std::vector<std::string> architecture_names() {
  std::set<std::string> files;
  for (const auto& folder : architecture_folders()) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator();
         at.increment(error))
      if (at->path().extension() == ".json") files.insert(at->path().stem().string());
  }
  std::vector<std::string> names = known_architectures();
  for (const auto& name : files)
    if (!is_known(name)) names.push_back(name);
  return names;
}

}  // namespace tandem
