// A run's checkpoint as a model folder for others.
#include <filesystem>

#include "base/fail.h"
#include "base/files.h"
#include "train/run_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

struct Place {
  std::string run;
  RunCheckpoint checkpoint;
};

Place place_of(const std::string& path) {
  std::error_code error;
  if (fs::exists(fs::path(path) / "run.json", error))
    return {path, find_run_checkpoint(path, "latest")};
  fs::path folder = fs::absolute(path).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  const fs::path run = folder.parent_path().parent_path();
  if (!fs::exists(folder / "training.json", error) || !fs::exists(run / "run.json", error))
    fail(ErrorKind::bad_input,
         "{}: is neither a run's folder (it has no run.json) nor one of its checkpoints; other "
         "models are rewritten by `tandem convert`",
         path);
  return {run.string(), find_run_checkpoint(run.string(), folder.string())};
}

}  // namespace

RunCheckpoint export_run(const std::string& path, const std::string& out, Layout layout,
                         std::optional<DType> dtype) {
  const Place place = place_of(path);
  const std::string card = model_card(place.run, place.checkpoint.step, layout);
  write_checkpoint(open_checkpoint(place.checkpoint.folder), out, layout, dtype);
  write_file((fs::path(out) / "README.md").string(), card);
  return place.checkpoint;
}

}  // namespace tandem
