// Checkpoints of a run: written beside their name, kept, found.
#include "train/run_folder_checkpoints.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/json.h"
#include "checkpoint/safetensors.h"
#include "train/append_file.h"
#include "train/run_model.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMaking = ".making-";      // not whole yet
constexpr const char* kRemoving = ".removing-";  // not whole any more
constexpr const char* kSetAside = "set-aside-";
constexpr const char* kPrefix = "step-";

std::string checkpoint_name(int64_t step) { return fmt::format("{}{:08}", kPrefix, step); }

fs::path checkpoints_of(const std::string& run) { return fs::path(run) / "checkpoints"; }

bool is_checkpoint(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "training.json", error);
}

// The number behind "step-", or -1.
int64_t step_of(const std::string& name) {
  const std::string digits = name.starts_with(kPrefix) ? name.substr(5) : "";
  const auto is_digit = [](unsigned char c) { return c >= '0' && c <= '9'; };
  if (digits.empty() || digits.size() > 18 || !std::all_of(digits.begin(), digits.end(), is_digit))
    return -1;
  return std::stoll(digits);
}

void rename_or_fail(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    fail(ErrorKind::io, "{}: cannot take its name ({}); check the folder", to.string(),
         error.message());
}

void sync_folder(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() || entry.is_directory()) sync_to_disk(entry.path().string());
  sync_to_disk(folder.string());
}

// Where the first layout cannot say the model, the other one does.
void write_model(const Checkpoint& model, const std::string& folder) {
  const Layout first = checkpoint_layout(model);
  const Layout second = first == Layout::open_clip ? Layout::hugging_face : Layout::open_clip;
  try {
    write_checkpoint(model, folder, first, std::nullopt);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported) throw;
    write_checkpoint(model, folder, second, std::nullopt);
  }
}

void write_state(const fs::path& folder, int64_t step, const TensorStore& state,
                 const std::string& facts) {
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : state.tensors) tensors.push_back({name, tensor});
  write_safetensors((folder / "training.safetensors").string(), std::move(tensors));
  OrderedJson written{{"step", step}};
  written.update(OrderedJson::parse(facts));
  write_file((folder / "training.json").string(), to_line(written) + "\n");
}

// Gone at once for every reader, whenever the process ends.
void remove_checkpoint(const fs::path& folder) {
  const fs::path removing = folder.parent_path() / (kRemoving + folder.filename().string());
  std::error_code ignored;
  fs::remove_all(removing, ignored);
  rename_or_fail(folder, removing);
  fs::remove_all(removing, ignored);
}

// Removed with whatever write_checkpoint has left under a longer name, however the writing ends.
struct Making {
  fs::path folder;
  ~Making() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

}  // namespace

std::string write_run_checkpoint(const std::string& run, int64_t step, const Checkpoint& model,
                                 const TensorStore& state, const std::string& facts, int keep) {
  const fs::path all = checkpoints_of(run);
  const fs::path folder = all / checkpoint_name(step);
  std::error_code error;
  if (is_checkpoint(folder)) return folder.string();  // the same step of the same run
  fs::create_directories(all, error);
  const Making making{all / (kMaking + checkpoint_name(step))};
  fs::remove_all(making.folder, error);
  write_model(model, making.folder.string());
  write_state(making.folder, step, state, facts);
  sync_folder(making.folder);
  rename_or_fail(making.folder, folder);
  sync_to_disk(all.string());
  auto kept = run_checkpoints(run);
  for (size_t i = 0; i + static_cast<size_t>(keep) < kept.size(); ++i)
    remove_checkpoint(kept[i].folder);
  return folder.string();
}

void remove_half_written(const std::string& run) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(checkpoints_of(run), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kMaking) && !name.starts_with(kRemoving)) continue;
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);
  }
}

std::vector<std::string> set_aside_later(const std::string& run, int64_t step) {
  std::vector<std::string> moved;
  for (const auto& checkpoint : run_checkpoints(run)) {
    if (checkpoint.step <= step) continue;
    const fs::path from = checkpoint.folder;
    const fs::path to = from.parent_path() / (kSetAside + from.filename().string());
    std::error_code ignored;
    fs::remove_all(to, ignored);
    rename_or_fail(from, to);
    moved.push_back(to.string());
  }
  return moved;
}

std::vector<RunCheckpoint> run_checkpoints(const std::string& run) {
  std::vector<RunCheckpoint> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(checkpoints_of(run), error)) {
    const int64_t step = step_of(entry.path().filename().string());
    if (step >= 0 && is_checkpoint(entry.path())) found.push_back({entry.path().string(), step});
  }
  std::sort(found.begin(), found.end(),
            [](const RunCheckpoint& a, const RunCheckpoint& b) { return a.step < b.step; });
  return found;
}

RunCheckpoint find_run_checkpoint(const std::string& run, const std::string& which) {
  if (which == "latest") {
    const auto all = run_checkpoints(run);
    if (all.empty())
      fail(ErrorKind::bad_input,
           "{}: holds no whole checkpoint to go on from; start without --resume, in a new folder",
           run);
    return all.back();
  }
  for (const fs::path& folder : {fs::path(which), checkpoints_of(run) / which})
    if (is_checkpoint(folder)) {
      const Json facts = read_json((folder / "training.json").string());
      const auto step = facts.find("step");
      if (step == facts.end() || !step->is_number_integer())
        fail(ErrorKind::bad_input, "{}/training.json: says no step; take another checkpoint",
             folder.string());
      return {folder.string(), step->get<int64_t>()};
    }
  fail(ErrorKind::bad_input,
       "{}: is no checkpoint of a run (it has no training.json); name a folder in {}, or latest",
       which, checkpoints_of(run).string());
}

TrainingState read_training_state(const std::string& checkpoint_folder) {
  const fs::path folder = checkpoint_folder;
  if (!is_checkpoint(folder))
    fail(ErrorKind::bad_input,
         "{}: holds no state of training (training.json) to go on from; start from it with "
         "model.start instead",
         checkpoint_folder);
  return {read_safetensors((folder / "training.safetensors").string()),
          read_file((folder / "training.json").string())};
}

}  // namespace tandem
