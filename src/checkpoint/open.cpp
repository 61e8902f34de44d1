// What is it? The files decide.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/json.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/config_difference.h"
#include "checkpoint/config_hugging_face.h"
#include "checkpoint/config_open_clip.h"
#include "checkpoint/foreign.h"
#include "checkpoint/layouts.h"
#include "checkpoint/model_folder.h"
#include "checkpoint/model_places.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

// A folder may serve both libraries; then both configs must tell of one model.
void check_agreement(const std::string& open_clip_path, const std::string& hugging_face_path) {
  auto open_clip = parse_open_clip_config(read_config(open_clip_path), open_clip_path).model;
  ModelConfig other;
  try {
    other = parse_hugging_face_config(read_config(hugging_face_path), hugging_face_path);
  } catch (const Error& error) {
    // Another program's config.json, which open_clip would not read either.
    if (error.kind() == ErrorKind::unsupported) return;
    throw;
  }
  // The end token is the largest id: both rules find the same position.
  if (other.text && open_clip.text && open_clip.text->pool == TextPool::argmax &&
      other.text->pool == TextPool::eos && other.text->eos_id == other.text->vocab_size - 1)
    other.text->pool = TextPool::argmax;
  if (const auto difference = first_difference(open_clip, other))
    fail(ErrorKind::bad_model,
         "{}: says {} for {} where {} says {}; keep the file that belongs to the weights",
         open_clip_path, difference->first, difference->where, hugging_face_path,
         difference->second);
}

Checkpoint open_folder(const std::string& folder, const OpenOptions& options) {
  const std::string open_clip = file_in(folder, "open_clip_config.json");
  const std::string hugging_face = file_in(folder, "config.json");
  if (!open_clip.empty() && !hugging_face.empty()) {
    check_agreement(open_clip, hugging_face);
    const std::string weights = fs::path(open_clip_weights(folder)).filename().string();
    if (!weights.starts_with("open_clip") && !hugging_face_weights(folder).empty())
      return open_hugging_face(folder, options);
  }
  if (!open_clip.empty()) return open_open_clip(folder, options);
  if (!hugging_face.empty()) return open_hugging_face(folder, options);
  if (const auto foreign = foreign_file_in(folder); !foreign.empty())
    fail(ErrorKind::unsupported,
         "{}: {}, which Tandem does not read; get the same model as model.safetensors with "
         "config.json, or as a torch checkpoint",
         folder, foreign);
  fail(ErrorKind::bad_model,
       "{}: is no model's folder; it needs config.json (Hugging Face) or open_clip_config.json "
       "beside the weights",
       folder);
}

// The folder whose weights this file is, where a config stands beside it; else "".
std::string folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const auto same = [&](const std::string& weights) {
    std::error_code error;
    return !weights.empty() && fs::equivalent(weights, path, error);
  };
  const bool open_clip =
      !file_in(folder, "open_clip_config.json").empty() && same(open_clip_weights(folder));
  const bool hugging_face =
      !file_in(folder, "config.json").empty() && same(hugging_face_weights(folder));
  return open_clip || hugging_face ? folder : "";
}

Checkpoint open_file(const std::string& path, const OpenOptions& options) {
  if (const auto foreign = foreign_format(path); !foreign.empty())
    fail(ErrorKind::unsupported,
         "{}: is {}, which Tandem does not read; get the same model as safetensors or as a torch "
         "checkpoint",
         path, foreign);
  if (const auto folder = folder_of(path); !folder.empty()) return open_folder(folder, options);
  if (path.ends_with(".safetensors"))
    return open_openai(path, Layout::state_dict, read_safetensors(path), options);
  MappedFile mapped(path);
  TorchFile file = parse_torch_file(mapped.bytes(), path);
  // A TorchScript archive's root is a module.
  const bool archive = file.pickle.root->as<PickleObject>() != nullptr;
  TensorStore weights = state_dict_of(std::move(file));
  weights.files.push_back(std::move(mapped));
  return open_openai(path, archive ? Layout::openai : Layout::state_dict, std::move(weights),
                     options);
}

}  // namespace

Checkpoint open_checkpoint(const std::string& path, const OpenOptions& options) {
  std::error_code error;
  if (!fs::exists(path, error))
    fail(ErrorKind::io, "{}: there is no such file or folder; give a model's path or name", path);
  if (fs::is_directory(path, error)) return open_folder(path, options);
  if (!fs::is_regular_file(path, error))
    fail(ErrorKind::bad_input, "{}: is neither a file nor a folder; give a model's path", path);
  return open_file(path, options);
}

bool holds_model(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error))
    return (!file_in(path, "open_clip_config.json").empty() && !open_clip_weights(path).empty()) ||
           (!file_in(path, "config.json").empty() && !hugging_face_weights(path).empty());
  const std::string ending = fs::path(path).extension().string();
  return fs::is_regular_file(path, error) &&
         (ending == ".pt" || ending == ".pth" || ending == ".bin" || ending == ".safetensors");
}

}  // namespace tandem
