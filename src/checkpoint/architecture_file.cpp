#include "checkpoint/architecture_file.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "checkpoint/config_open_clip.h"
#include "model/architectures.h"

namespace tandem {

Architecture read_architecture(const std::string& name_or_path) {
  Architecture architecture;
  if (name_or_path.ends_with(".json")) {
    const auto parsed = parse_open_clip_config(read_json(name_or_path), name_or_path);
    architecture.config = parsed.model;
    architecture.preprocess = parsed.preprocess;
    return architecture;
  }
  architecture.config = architecture_named(name_or_path);
  const auto [height, width] = architecture.config.image_size();
  architecture.preprocess.height = height;
  architecture.preprocess.width = width;
  return architecture;
}

}  // namespace tandem
