// tandem library: the care of a library's file.

#include <fmt/core.h>

#include <filesystem>
#include <optional>

#include "base/fail.h"
#include "cli/checks.h"
#include "cli/context.h"
#include "cli/progress.h"
#include "index/care.h"
#include "index/export.h"

namespace tandem::cli {
namespace {

struct Options {
  std::string library;
  bool deep = false;
  std::vector<std::string> others;
  std::string to, format, glob;
  std::optional<int64_t> space;

  std::string path() const { return library.empty() ? Library::default_path() : library; }
};
using Shared = std::shared_ptr<Options>;

std::string bytes_in_words(int64_t bytes) {
  constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, kUnits[unit]);
}

OrderedJson as_json(const SpaceStats& stats) {
  const LibrarySpace& space = stats.space;
  return {{"id", space.id},
          {"model", space.model},
          {"space", space.fingerprint.space},
          {"recipe", space.fingerprint.recipe},
          {"width", space.width},
          {"logit_scale", space.logit_scale},
          {"logit_bias", space.logit_bias ? OrderedJson(*space.logit_bias) : OrderedJson()},
          {"pictures", space.pictures},
          {"complete", space.complete},
          {"generation", space.generation},
          {"bytes", stats.bytes},
          {"int8", stats.int8}};
}

void print_json(const LibraryStats& stats, const std::string& path, Context& context) {
  OrderedJson line{{"library", path},
                   {"bytes", stats.bytes},
                   {"pictures", stats.pictures},
                   {"picture_bytes", stats.picture_bytes},
                   {"with_time", stats.with_time},
                   {"with_place", stats.with_place},
                   {"tags", stats.tags},
                   {"spaces", OrderedJson::array()},
                   {"errors", OrderedJson::array()}};
  for (const auto& space : stats.spaces) line["spaces"].push_back(as_json(space));
  for (const auto& failure : stats.failures)
    line["errors"].push_back({{"path", failure.path},
                              {"error", failure.sentence},
                              {"recorded_at", failure.recorded_at}});
  context.print(line);
}

void run_stats(const Options& options, Context& context) {
  const Library library = Library::open(options.path());
  const LibraryStats stats = library_stats(library);
  if (context.json) return print_json(stats, library.path(), context);
  fmt::print("{}: {}, {} pictures of {}, {} with a date, {} with a place, {} tags\n",
             library.path(), bytes_in_words(stats.bytes), stats.pictures,
             bytes_in_words(stats.picture_bytes), stats.with_time, stats.with_place, stats.tags);
  for (const auto& [space, bytes, int8] : stats.spaces)
    fmt::print("  space {}: {}, {} wide, {} pictures ({}), {}{}\n", space.id, space.model,
               space.width, space.pictures, space.complete ? "complete" : "not complete",
               bytes_in_words(bytes), int8 > 0 ? fmt::format(", {} as int8", int8) : "");
  if (!stats.failures.empty()) fmt::print("{} failed:\n", stats.failures.size());
  for (const auto& failure : stats.failures) fmt::print("  {}\n", failure.sentence);
}

void run_check(const Options& options, Context& context) {
  Library::open(options.path());  // what is not there is not made
  Library library = Library::open_for_writing(options.path());
  LibraryCheck check;
  {
    std::optional<Progress> progress;
    int64_t last = 0;
    check = check_library(library, options.deep, [&](int64_t done, int64_t total) {
      if (!progress) progress.emplace(total, "pictures", !context.quiet);
      progress->advance(done - last);
      last = done;
    });
  }
  OrderedJson findings = OrderedJson::array();
  for (const auto& finding : check.findings) {
    if (finding.mended)
      context.remark(finding.sentence);
    else
      context.complain(finding.sentence);
    findings.push_back({{"kind", finding.kind},
                        {"path", finding.path},
                        {"sentence", finding.sentence},
                        {"mended", finding.mended}});
  }
  if (context.json)
    return context.print({{"library", library.path()},
                          {"ok", check.findings.empty()},
                          {"pictures", check.pictures},
                          {"embeddings", check.embeddings},
                          {"hashed", check.hashed},
                          {"out_of_date", check.out_of_date},
                          {"findings", findings}});
  fmt::print(
      "{} pictures, {} embeddings, {} compared with their files' content: {}\n", check.pictures,
      check.embeddings, check.hashed,
      check.findings.empty() ? "nothing wrong" : fmt::format("{} findings", check.findings.size()));
  if (check.out_of_date > 0)
    fmt::print("{} files changed since they were indexed\n", check.out_of_date);
}

// Those that are libraries; the others are complained about.
std::vector<std::string> readable(const std::vector<std::string>& paths, Context& context) {
  std::vector<std::string> found;
  for (const auto& path : paths) {
    try {
      Library::open(path);
      found.push_back(path);
    } catch (const Error& error) {
      context.complain(error.what());
    }
  }
  return found;
}

void run_merge(const Options& options, Context& context) {
  const auto others = readable(options.others, context);
  if (others.empty()) return;  // nothing is made of nothing
  Library library = Library::open_for_writing(options.path());
  MergeSummary all;
  for (const auto& other : others) {
    try {
      const MergeSummary one = merge_library(library, other);
      all.added += one.added;
      all.replaced += one.replaced;
      all.kept += one.kept;
      all.embeddings += one.embeddings;
    } catch (const Error& error) {
      context.complain(error.what());
    }
  }
  if (context.json)
    return context.print({{"library", library.path()},
                          {"added", all.added},
                          {"replaced", all.replaced},
                          {"kept", all.kept},
                          {"embeddings", all.embeddings}});
  fmt::print("{} pictures added, {} replaced, {} kept, {} embeddings added\n", all.added,
             all.replaced, all.kept, all.embeddings);
}

ExportFormat format_of(const Options& options) {
  const auto format = export_format_of(options.format.empty() ? options.to : "." + options.format);
  if (!format)
    fail(ErrorKind::bad_input,
         "{}: its ending names no format; end it in .npy, .csv, .jsonl or .sql, or give --format",
         options.to);
  return *format;
}

void run_export(const Options& options, Context& context) {
  const ExportFormat format = format_of(options);
  const Library library = Library::open(options.path());
  const LibrarySpace space = chosen_space(library, options.space);
  if (options.to == "-") {
    export_library(library, space, "-", format,
                   [](std::string_view text) { fmt::print("{}", text); });
    return;
  }
  keep_apart(options.to, library.path(), "library");
  const int64_t rows = export_library(library, space, options.to, format);
  if (context.json)
    return context.print(
        {{"out", options.to}, {"rows", rows}, {"width", space.width}, {"space", space.id}});
  fmt::print("{}: {} pictures, {} numbers each, of {}\n", options.to, rows, space.width,
             space.model);
}

void run_forget(const Options& options, Context& context) {
  Library::open(options.path());
  Library library = Library::open_for_writing(options.path());
  const bool of_space = options.space.has_value();
  const int64_t removed =
      of_space ? forget_space(library, *options.space) : forget_paths(library, options.glob);
  if (context.json)
    return context.print({{"library", library.path()},
                          {"pictures", of_space ? 0 : removed},
                          {"embeddings", of_space ? removed : 0}});
  fmt::print("{} {} removed from {}\n", removed, of_space ? "embeddings" : "pictures",
             library.path());
}

CLI::App& add_part(CLI::App& verb, const std::string& name, const std::string& description,
                   const std::string& example, const Shared& options, Context& context,
                   void (*run)(const Options&, Context&)) {
  auto& part = add_verb(verb, name, description, example);
  part.add_option("--db", options->library,
                  "the library's file; default: $TANDEM_LIBRARY, else tandem/library.db in the "
                  "user's data folder")
      ->type_name("F")
      ->check(not_empty());
  add_output_flags(part, context);
  part.callback([options, &context, run] { run(*options, context); });
  return part;
}

}  // namespace

void add_library(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "library", "takes care of a library of pictures",
                        "tandem library stats --db photos.db");
  verb.require_subcommand(1);
  const auto options = std::make_shared<Options>();
  add_part(verb, "stats", "says what is in it, and which files failed",
           "tandem library stats --db photos.db", options, context, run_stats);
  auto& check = add_part(verb, "check", "looks for damage and mends what can be mended",
                         "tandem library check --db photos.db --deep", options, context, run_check);
  check.add_flag("--deep", options->deep, "compare every file's content with its hash, not 100");
  auto& merge = add_part(verb, "merge", "takes the pictures of other libraries",
                         "tandem library merge part1.db part2.db --db photos.db", options, context,
                         run_merge);
  merge.add_option("others", options->others, "libraries, which stay as they are")
      ->required()
      ->type_name("OTHER...");
  auto& export_part = add_part(verb, "export", "writes the embeddings for other programs",
                               "tandem library export --db photos.db --to photos.sql", options,
                               context, run_export);
  export_part
      .add_option("--to", options->to,
                  "the file: .npy, .csv, .jsonl or .sql (pgvector); or - and --format")
      ->required()
      ->type_name("F");
  export_part.add_option("--format", options->format, "instead of what the ending says")
      ->check(CLI::IsMember({"npy", "csv", "jsonl", "sql"}));
  export_part
      .add_option("--space", options->space,
                  "whose embeddings (library stats lists them); default: the one with the most "
                  "pictures")
      ->type_name("ID");
  auto& forget =
      add_part(verb, "forget", "removes a model's embeddings, or pictures (their files stay)",
               "tandem library forget --db photos.db --path '*/screenshots/*'", options, context,
               run_forget);
  auto* which = forget.add_option_group("what");
  which->add_option("--space", options->space, "this model's embeddings")->type_name("ID");
  which
      ->add_option("--path", options->glob,
                   "pictures whose path fits (* crosses folders); tandem index adds them again "
                   "unless it is given --exclude")
      ->type_name("GLOB");
  which->require_option(1);
}

}  // namespace tandem::cli
