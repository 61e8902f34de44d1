// tandem train: trains a model as a file and flags say; tandem train report: its curves.

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "cli/context.h"
#include "cli/train_progress.h"
#include "cli/train_verbs.h"
#include "eval/eval.h"
#include "train/launch.h"
#include "train/run_folder.h"
#include "train/trainer.h"
#include "zero_shot/templates.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string config, resume;
  int processes = 0;
  std::map<std::string, std::string> values;  // of keys, as typed
  std::vector<std::string> given;             // keys that were typed
};

struct ReportOptions {
  std::vector<std::string> runs;
  std::string out;
};

// The run that --resume means, where no file says it.
std::string run_to_resume(const Options& options) {
  if (options.resume == "latest") return options.values.at("out");
  const fs::path checkpoint = fs::absolute(options.resume).lexically_normal();
  return (checkpoint.has_filename() ? checkpoint : checkpoint.parent_path())
      .parent_path()
      .parent_path()
      .string();
}

RunConfig read_config(const Options& options) {
  std::string file = options.config;
  std::vector<std::pair<std::string, std::string>> overrides;
  if (file.empty() && !options.resume.empty())
    if (const std::string run = run_to_resume(options); !run.empty()) {
      file = (fs::path(run) / "run.toml").string();
      std::error_code error;
      if (!fs::exists(file, error))
        fail(ErrorKind::bad_input,
             "{}: no run stands there to go on with (it has no run.toml); name its folder, or say "
             "what to train by --config",
             run);
      overrides.emplace_back("out", run);
    }
  for (const auto& key : options.given) overrides.emplace_back(key, options.values.at(key));
  RunConfig config = read_training_config(file, overrides);
  validate(config);
  return config;
}

// As a shell reads it.
std::string quoted(const std::string& argument) {
  const char* const plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string typed(const std::vector<std::string>& arguments) {
  std::string line = "tandem";
  for (size_t i = 1; i < arguments.size(); ++i) line += " " + quoted(arguments[i]);
  return line;
}

std::vector<std::string> without_nproc(const std::vector<std::string>& arguments) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--nproc")
      ++i;
    else if (!arguments[i].starts_with("--nproc="))
      kept.push_back(arguments[i]);
  }
  return kept;
}

void run_many(const Options& options, Context& context) {
  if (std::getenv("RANK") != nullptr)
    fail(ErrorKind::bad_input,
         "--nproc starts processes, and RANK says that a launcher has started this one; leave one "
         "of them out");
  const LaunchOutcome outcome = launch({.arguments = without_nproc(context.arguments),
                                        .processes = options.processes,
                                        .threads = context.threads});
  for (const auto& sentence : outcome.sentences) context.complain(sentence);
  if (outcome.failed && outcome.sentences.empty()) ++context.failures;  // process 0 has said it
  if (outcome.interrupted && !outcome.failed) throw Interrupted();
}

std::string metrics_in_words(int64_t step, const Metrics& metrics) {
  std::string words = fmt::format("step {}", step);
  for (const auto& [name, value] : metrics) words += fmt::format(", {} {:.4g}", name, value);
  return words;
}

void say_summary(const TrainSummary& summary, const Context& context) {
  if (context.json)
    return context.print({{"run", summary.run},
                          {"checkpoint", summary.checkpoint},
                          {"steps", summary.steps},
                          {"seconds", summary.seconds},
                          {"preempted", summary.preempted}});
  fmt::print("{}\n", summary.checkpoint);
}

// What the run asks for measured on a model folder: on its device, or by the inference that users
// run.
std::function<Metrics(const std::string&)> evaluation(const RunConfig& config,
                                                      TrainProgress& progress) {
  const auto& asked = config.evaluate;
  if (asked.zeroshot.empty() && asked.retrieval.empty()) return {};
  LoadOptions load{.max_pixels = config.data.max_pixels};
  if (config.compute.device.starts_with("cuda")) {
    load.backend = "torch";
    load.device = config.compute.device;
  }
  const EvalOptions options{
      .cache = config.data.cache,
      .on_bad = [&progress](const std::string& sentence) { progress.remark(sentence); }};
  const EvalPlan plan{asked.zeroshot, asked.retrieval, asked.templates};
  return [=](const std::string& folder) { return eval_model(folder, plan, load, options); };
}

void run_one(const RunConfig& config, const Options& options, Context& context) {
  TrainSummary summary;
  {
    TrainProgress progress(!context.quiet);
    const TrainHooks hooks{
        .on_step = [&](const StepRecord& record) { progress.step(record); },
        .on_remark = [&](const std::string& sentence) { progress.remark(sentence); },
        .on_metrics =
            [&](int64_t step, const Metrics& metrics) {
              progress.line(metrics_in_words(step, metrics));
            },
        .evaluate = evaluation(config, progress),
    };
    summary = run_training(
        {.config = config, .resume = options.resume, .command = typed(context.arguments)}, hooks);
  }
  const bool first = !summary.run.empty();
  if (first) say_summary(summary, context);
  if (!summary.preempted) return;
  if (first) context.remark("ended early and saved; go on with --resume latest");
  throw Interrupted();
}

void run(const Options& options, Context& context) {
  const RunConfig config = read_config(options);  // mistakes are said once, by one process
  if (options.processes > 1)
    run_many(options, context);
  else
    run_one(config, options, context);
}

void report(const ReportOptions& options, const Context& context) {
  std::vector<RunLog> logs;
  for (const auto& path : options.runs) logs.push_back(read_run_log(path));
  const std::string page = report_page(logs);
  const bool one = options.runs.size() == 1;
  const std::string out = !options.out.empty() ? options.out
                          : one ? (fs::path(options.runs[0]) / "report.html").string()
                                : "report.html";
  if (out == "-") {
    fmt::print("{}", page);
    return;
  }
  write_file(out, page);
  if (context.json)
    context.print({{"out", out}, {"runs", logs.size()}});
  else
    fmt::print("{}\n", out);
}

void add_report(CLI::App& train, Context& context) {
  auto& verb = add_verb(train, "report", "draws the curves of one or several runs as one HTML page",
                        "tandem train report runs/a runs/b --out compared.html");
  const auto options = std::make_shared<ReportOptions>();
  verb.add_option("runs", options->runs, "folders of runs")->required()->type_name("RUN...");
  verb.add_option("--out", options->out,
                  "the page; - is stdout; without it RUN/report.html, or report.html of several")
      ->type_name("F");
  add_output_flags(verb, context);
  verb.callback([options, &context] { report(*options, context); });
}

std::string section_of(const std::string& key) {
  const size_t dot = key.rfind('.');
  return dot == std::string::npos ? "Run" : "[" + key.substr(0, dot) + "]";
}

}  // namespace

RunConfig read_training_config(const std::string& path,
                               const std::vector<std::pair<std::string, std::string>>& overrides) {
  RunConfig config = read_run_config(path, overrides);
  fill_template_sets(config.data.train);
  fill_template_sets(config.data.validation);
  return config;
}

void add_train(CLI::App& app, Context& context) {
  auto& verb =
      add_verb(app, "train", "trains a model",
               "tandem train --out runs/a --model.start clip/ --data.train pairs.tar "
               "--schedule.epochs 1\n  tandem train --config run.toml --optimizer.lr 1e-3\n"
               "Every key of the file (docs/run_config.md) is a flag, too, with a value as in "
               "TOML.");
  const auto options = std::make_shared<Options>();
  verb.add_option("--config", options->config, "the run's file")->type_name("FILE");
  verb.add_option("--resume", options->resume,
                  "go on: latest, or the folder of a checkpoint; without --config the run's own "
                  "file counts")
      ->type_name("latest|PATH");
  verb.add_option("--nproc", options->processes,
                  "processes on this machine, which share its CPUs or take a GPU each")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  add_output_flags(verb, context);
  std::vector<CLI::Option*> flags;
  for (const auto& key : config_keys()) {
    // The short name is the one of the papers' and the examples.
    const std::string short_name = key.name == "optimizer.decay_rule" ? ",--decay-rule" : "";
    flags.push_back(verb.add_option("--" + key.name + short_name, options->values[key.name],
                                    key.help + " (" + key.type + ")")
                        ->group(section_of(key.name))
                        ->type_name("")
                        ->default_str(key.default_value));
  }
  add_report(verb, context);
  add_train_teach(verb, context);
  verb.callback([options, flags, &verb, &context] {
    if (!verb.get_subcommands().empty()) return;  // report, teach
    const auto& keys = config_keys();
    for (size_t i = 0; i < keys.size(); ++i)
      if (flags[i]->count() > 0) options->given.push_back(keys[i].name);
    if (options->config.empty() && options->resume.empty() && options->given.empty())
      throw CLI::RequiredError("--config");
    run(*options, context);
  });
}

}  // namespace tandem::cli
