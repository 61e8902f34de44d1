// What is it? The files decide.
#include <filesystem>

#include "base/fail.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/layouts.h"
#include "checkpoint/model_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

Checkpoint open_folder(const std::string& folder, const OpenOptions& options) {
  if (!file_in(folder, "open_clip_config.json").empty()) return open_open_clip(folder, options);
  if (!file_in(folder, "config.json").empty()) return open_hugging_face(folder, options);
  fail(ErrorKind::bad_model,
       "{}: is no model's folder; it needs config.json (Hugging Face) or open_clip_config.json "
       "beside the weights",
       folder);
}

}  // namespace

Checkpoint open_checkpoint(const std::string& path, const OpenOptions& options) {
  if (!fs::exists(path)) fail(ErrorKind::io, "{}: there is no such file or folder", path);
  if (fs::is_directory(path)) return open_folder(path, options);
  fail(ErrorKind::unsupported, "{}: torch files are not read yet; give a folder", path);
}

}  // namespace tandem
