#include "train/run_folder.h"

#include <fmt/core.h>

#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "train/append_file.h"
#include "train/event_file.h"
#include "train/run_config_keys.h"
#include "train/run_folder_checkpoints.h"
#include "train/run_log.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

std::string in(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

// "2024-05-01T12:34:56Z"
std::string now_in_words() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// run.toml is read from wherever somebody stands.
RunConfig with_absolute_paths(RunConfig config) {
  change_paths(config, [](const std::string& text, PathKind kind) -> std::string {
    std::error_code error;
    const bool path = kind == PathKind::path ||
                      (kind == PathKind::data && !text.starts_with("pipe:")) ||
                      (kind == PathKind::architecture && text.ends_with(".json")) ||
                      (kind != PathKind::data && fs::exists(text, error));
    return text.empty() || !path ? text : fs::absolute(text).lexically_normal().string();
  });
  return config;
}

// The record as curves, which have no names for what does not change.
Metrics scalars_of(const StepRecord& record) {
  const double share = record.seconds > 0 ? record.waited_seconds / record.seconds : 0;
  Metrics scalars = {{"train/loss", record.loss},
                     {"train/lr", record.lr},
                     {"train/logit_scale", record.logit_scale},
                     {"train/grad_norm", record.grad_norm},
                     {"train/pairs_per_second", record.pairs_per_second},
                     {"train/waiting_share", share}};
  if (record.logit_bias != 0) scalars.emplace_back("train/logit_bias", record.logit_bias);
  return scalars;
}

}  // namespace

class RunFolder::Impl {
 public:
  Impl(std::string run, int64_t first_step)
      : path(std::move(run)), log(in(path, "log.jsonl")), events(path, first_step) {}

  std::string path;
  AppendFile log;
  EventFile events;
};

RunFolder::RunFolder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunFolder::~RunFolder() = default;
RunFolder::RunFolder(RunFolder&&) noexcept = default;
RunFolder& RunFolder::operator=(RunFolder&&) noexcept = default;

RunFolder RunFolder::create(const RunConfig& config, const std::string& facts) {
  const std::string& path = config.out;
  std::error_code error;
  // run.json is written last: without it a killed process had hardly begun.
  for (const char* name : {"run.json", "checkpoints"})
    if (fs::exists(in(path, name), error))
      fail(ErrorKind::bad_input,
           "{}: a run stands there already; go on with --resume latest, or choose another folder",
           path);
  fs::create_directories(path, error);
  if (error)
    fail(ErrorKind::io, "{}: cannot be made ({}); choose another folder", path, error.message());
  write_file(in(path, "run.toml"), to_toml(with_absolute_paths(config)));
  OrderedJson written{{"tandem", TANDEM_VERSION}, {"began", now_in_words()}};
  written.update(OrderedJson::parse(facts));
  write_file(in(path, "run.json"), to_line(written) + "\n");
  return RunFolder(std::make_unique<Impl>(path, 0));
}

RunFolder RunFolder::resume(const std::string& path, int64_t step) {
  std::error_code error;
  if (!fs::exists(in(path, "run.json"), error))
    fail(ErrorKind::bad_input,
         "{}: is no run's folder (it has no run.json); name one, or start "
         "without --resume",
         path);
  remove_half_written(path);
  const std::string log = in(path, "log.jsonl");
  if (fs::exists(log, error)) write_file(log, log_until(read_file(log), log, step));
  const auto moved = set_aside_later(path, step);
  RunFolder run(std::make_unique<Impl>(path, step + 1));
  for (const auto& folder : moved)
    run.log_remark(
        step, fmt::format("{}: a checkpoint after the step that the run goes on from", folder));
  return run;
}

const std::string& RunFolder::path() const { return impl_->path; }

void RunFolder::log_step(const StepRecord& record) {
  impl_->log.append(step_line(record));
  impl_->events.add_scalars(record.step, scalars_of(record));
}

void RunFolder::log_metrics(int64_t step, const Metrics& metrics) {
  impl_->log.append(metrics_line(step, metrics));
  impl_->events.add_scalars(step, metrics);
}

void RunFolder::log_remark(int64_t step, const std::string& sentence) {
  impl_->log.append(remark_line(step, sentence));
}

std::string RunFolder::save(int64_t step, const Checkpoint& model, const TensorStore& state,
                            const std::string& facts, int keep) {
  const InterruptHold whole;  // a signal may be what asked for it
  impl_->log.sync();          // a checkpoint never stands without the log that leads to it
  return write_run_checkpoint(impl_->path, step, model, state, facts, keep);
}

void RunFolder::finish() {
  const InterruptHold whole;
  impl_->log.sync();
  impl_->events.sync();
  write_file(in(impl_->path, "report.html"), report_page({read_run_log(impl_->path)}));
}

}  // namespace tandem
