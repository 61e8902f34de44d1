#include <filesystem>

#include "base/fail.h"
#include "checkpoint/model_places.h"
#include "engine/engine.h"
#include "model/architectures.h"
#include "text/tokenizer_files.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRandom = "random:";

Checkpoint random_checkpoint(const std::string& name, const OpenOptions& options) {
  Checkpoint checkpoint{.path = name,
                        .config = architecture_named(name.substr(kRandom.size())),
                        .rules = {name + ": has random weights; its answers mean nothing"},
                        .weights_dtype = "F32"};
  const auto [height, width] = checkpoint.config.image_size();
  checkpoint.preprocess.height = height;
  checkpoint.preprocess.width = width;
  checkpoint.weights = random_weights(checkpoint.config, 1);
  if (!options.tokenizer.empty()) checkpoint.tokenizer = find_tokenizer_files(options.tokenizer);
  return checkpoint;
}

// The one that came with this library, whatever stands in the folder that the program runs in.
std::string built_in_model() {
  const std::string folder = installed_models_folder();
  const fs::path path = fs::path(folder) / kBuiltInModel;
  std::error_code ignored;
  if (folder.empty() || !fs::exists(path, ignored))
    fail(
        ErrorKind::io,
        "no model was named, and the built-in one, {}, is not in {}; name a model with --model, or "
        "install Tandem again",
        kBuiltInModel, folder.empty() ? "a folder that the loader knows" : folder);
  return path.string();
}

}  // namespace

Checkpoint open_model(const std::string& name, const OpenOptions& options) {
  if (name.starts_with(kRandom)) return random_checkpoint(name, options);
  return open_checkpoint(find_model(name), options);
}

std::string find_model(const std::string& path_or_name) {
  if (path_or_name.empty()) return built_in_model();
  std::error_code ignored;
  if (fs::exists(path_or_name, ignored)) return path_or_name;
  std::string looked;
  for (const auto& folder : model_folders()) {
    const fs::path path = fs::path(folder) / path_or_name;
    if (fs::exists(path, ignored)) return path.string();
    looked += (looked.empty() ? "" : ", ") + folder;
  }
  fail(ErrorKind::io,
       "{}: there is no such file, and no model of that name in {}; give the path of a model's "
       "folder or file",
       path_or_name, looked);
}

}  // namespace tandem
