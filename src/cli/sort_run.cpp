// tandem sort run: answers, tables, pages, sidecars, and files where they belong.

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "cli/checks.h"
#include "cli/progress.h"
#include "cli/sort_verbs.h"
#include "index/library.h"
#include "sort/apply.h"
#include "sort/lint.h"
#include "sort/report.h"
#include "sort/sorter.h"
#include "sort/tables.h"
#include "sort/tag.h"
#include "zero_shot/templates.h"

namespace tandem::cli {
namespace {

struct RunOptions {
  SortOptions sort;
  std::vector<std::string> pictures;
  std::string library;
  std::string apply, to, by, log;
  std::string report, csv;
  size_t report_pictures = 500;
  bool xmp = false;
  std::string xmp_name = "full";

  bool touches_files() const { return !apply.empty() || xmp; }
};

ActionKind kind_of(const std::string& apply) {
  if (apply == "move") return ActionKind::move;
  return apply == "link" ? ActionKind::link : ActionKind::copy;
}

// tandem-sort-20261127-084205-4711.jsonl
std::string log_name() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &utc);
  return fmt::format("tandem-sort-{}-{}.jsonl", text, ::getpid());
}

size_t group_named(const Taxonomy& taxonomy, const std::string& name) {
  for (size_t g = 0; g < taxonomy.groups.size(); ++g)
    if (name.empty() || taxonomy.groups[g].name == name) return g;
  std::string known;
  for (const auto& group : taxonomy.groups) known += (known.empty() ? "" : ", ") + group.name;
  fail(ErrorKind::bad_input, "--by {}: {} has no such group; it has {}", name, taxonomy.file,
       known);
}

class Run {
 public:
  Run(const RunOptions& options, Context& context)
      : options_(options),
        context_(context),
        model_(context.load_model()),
        sorter_(open(options, model_, context)),
        by_(group_named(sorter_.taxonomy(), options.by)) {}

  void run() {
    remark_lint();
    options_.library.empty() ? sort_files() : sort_library();
    if (options_.touches_files()) act();
    if (!options_.csv.empty()) write_csv();
    if (!options_.report.empty()) write_report();
    if (!context_.json && options_.csv != "-") print_summary();
  }

 private:
  static Sorter open(const RunOptions& options, const Model& model, Context& context) {
    std::vector<std::string> remarks;
    Sorter sorter = open_sorter(options.sort.taxonomy, model, options.sort.plain, remarks);
    for (const auto& remark : remarks) context.remark(remark);
    return sorter;
  }

  void remark_lint() const {
    const Taxonomy& taxonomy = sorter_.taxonomy();
    auto remarks = lint_words(taxonomy);
    const auto encode = [&](std::span<const std::string> texts) {
      return ensemble(model_, texts, taxonomy.templates);
    };
    for (auto& remark : lint_meanings(taxonomy, encode)) remarks.push_back(std::move(remark));
    for (const auto& remark : remarks)
      context_.remark(fmt::format("{}: line {}: {}", taxonomy.file, remark.line, remark.sentence));
  }

  void sort_files() {
    auto paths = collect_pictures(options_.pictures, context_);
    if (!options_.to.empty()) {
      const auto inside = std::remove_if(paths.begin(), paths.end(), [&](const std::string& path) {
        return is_inside(path, options_.to);
      });
      if (inside != paths.end())
        context_.remark(fmt::format("{} pictures are in {} already and left out",
                                    paths.end() - inside, options_.to));
      paths.erase(inside, paths.end());
    }
    encode_each(model_, paths, true, context_,
                [&](const std::string& path, std::span<const float> embedding, const Error* error) {
                  if (!error)
                    take(sorter_.sort(path, embedding));
                  else if (context_.json)
                    context_.print({{"path", path}, {"error", error->what()}});
                });
  }

  void sort_library() {
    const Library library = Library::open(options_.library);
    const LibrarySpace space = library.space_of(model_);
    if (space.fingerprint.recipe != model_.fingerprint().recipe)
      context_.remark(
          fmt::format("{}: was indexed with another recipe ({}); numbers differ slightly",
                      options_.library, space.fingerprint.recipe));
    Progress progress(space.pictures, "pictures", !context_.quiet && !on_terminal());
    library.for_each_embedding(space, [&](int64_t id, std::span<const float> embedding) {
      check_interrupt();
      progress.advance();
      const std::string path = library.picture(id).path;
      if (options_.to.empty() || !is_inside(path, options_.to)) take(sorter_.sort(path, embedding));
    });
  }

  void take(SortedPicture picture) {
    if (!options_.touches_files()) print(picture, {});
    sorted_.push_back(std::move(picture));
  }

  void print(const SortedPicture& picture, const std::vector<std::string>& now_at) const {
    if (context_.json) {
      OrderedJson line = sorted_json(picture, sorter_);
      if (options_.touches_files()) line["to"] = now_at;
      return context_.print(line);
    }
    if (options_.csv == "-") return;
    std::string names;
    for (const auto& fitting : sorter_.fitting(picture))
      names += fmt::format("{}{} {:.1f}%", names.empty() ? "" : ", ", sorter_.name_of(fitting),
                           100 * fitting.confidence);
    fmt::print("{}  {}\n", printable(picture.path), names.empty() ? "none of these" : names);
  }

  void act() {
    std::string log_path = options_.log;
    if (log_path.empty())
      log_path = options_.to.empty() ? log_name() : options_.to + "/" + log_name();
    if (!options_.to.empty()) make_folder(options_.to);
    ActionLog log = ActionLog::create(log_path);
    const std::string way_back = fmt::format("`tandem sort undo {}` takes it back", log_path);
    std::optional<PicturePlacer> placer;
    if (!options_.apply.empty()) placer.emplace(kind_of(options_.apply), options_.to, log);
    int64_t tagged = 0;
    try {
      Progress progress(static_cast<int64_t>(sorted_.size()), "pictures",
                        !context_.quiet && !on_terminal());
      for (auto& picture : sorted_) {
        act_on(picture, placer, log, tagged);
        progress.advance();
      }
    } catch (const Interrupted&) {
      context_.remark("interrupted; what was done is in the log, and " + way_back);
      throw;
    }
    if (placer)
      context_.remark(fmt::format("{}: {} placed, {} were there already", options_.to,
                                  placer->placed(), placer->found()));
    if (options_.xmp) context_.remark(fmt::format("{} sidecars written", tagged));
    context_.remark(way_back);
  }

  static void make_folder(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
      fail(ErrorKind::io, "{}: cannot be made ({}); choose another --to", folder, error.message());
  }

  void act_on(SortedPicture& picture, std::optional<PicturePlacer>& placer, ActionLog& log,
              int64_t& tagged) {
    std::vector<std::string> now_at;
    const SortedPicture before = picture;
    try {
      if (placer)
        for (const auto& folder : folders_for(picture))
          now_at.push_back(placer->place(picture.path, folder));
      if (options_.apply == "move" && !now_at.empty()) picture.path = now_at.front();
      if (options_.xmp) tagged += tag(picture, log);
    } catch (const Error& error) {
      context_.complain(error.what());
    }
    print(before, now_at);
  }

  // Every category of the group that fits; a picture can be moved to one alone, the surest.
  std::vector<std::string> folders_for(const SortedPicture& picture) const {
    auto fitting = sorter_.fitting(picture);
    std::erase_if(fitting, [&](const FittingCategory& one) { return one.group != by_; });
    std::stable_sort(fitting.begin(), fitting.end(),
                     [](const FittingCategory& a, const FittingCategory& b) {
                       return a.confidence > b.confidence;
                     });
    if (options_.apply == "move" && fitting.size() > 1) fitting.resize(1);
    std::vector<std::string> folders;
    for (const auto& one : fitting) folders.push_back(sorter_.name_of(one));
    return folders;
  }

  bool tag(const SortedPicture& picture, ActionLog& log) const {
    std::vector<std::string> names;
    for (const auto& fitting : sorter_.fitting(picture)) names.push_back(sorter_.name_of(fitting));
    return write_sidecar(picture.path, names,
                         options_.xmp_name == "full" ? SidecarName::full : SidecarName::shortened,
                         log);
  }

  void write_csv() const {
    std::string text = csv_header();
    for (const auto& picture : sorted_) text += csv_rows(picture, sorter_);
    if (options_.csv == "-")
      fmt::print("{}", text);
    else
      write_file(options_.csv, text);
  }

  void write_report() {
    const size_t shown = std::min(options_.report_pictures, sorted_.size());
    Progress progress(static_cast<int64_t>(shown), "thumbnails", !context_.quiet);
    write_file(options_.report,
               sort_report(sorted_, sorter_,
                           {.most = options_.report_pictures,
                            .on_bad = [&](const std::string& why) { context_.complain(why); },
                            .progress = [&] { progress.advance(); }}));
  }

  void print_summary() const {
    const Taxonomy& taxonomy = sorter_.taxonomy();
    size_t width = std::string("none of these").size();
    for (const auto& group : taxonomy.groups)
      for (const auto& category : group.categories) width = std::max(width, category.name.size());
    fmt::print("\n");
    for (size_t g = 0; g < taxonomy.groups.size(); ++g) {
      std::vector<int64_t> counts(taxonomy.groups[g].categories.size() + 1);
      for (const auto& picture : sorted_) {
        const auto& fitting = picture.groups[g].answer.fitting;
        for (const size_t c : fitting) ++counts[c];
        counts.back() += fitting.empty();
      }
      for (size_t c = 0; c < counts.size(); ++c)
        fmt::print(
            "{:<{}}  {:>7}  {}\n",
            c + 1 < counts.size() ? taxonomy.groups[g].categories[c].name : "none of these", width,
            counts[c],
            on_terminal() && !sorted_.empty()
                ? bar(static_cast<double>(counts[c]) / static_cast<double>(sorted_.size()), 24)
                : "");
    }
  }

  const RunOptions& options_;
  Context& context_;
  Model model_;
  Sorter sorter_;
  size_t by_;
  std::vector<SortedPicture> sorted_;
};

void check(const RunOptions& options) {
  if (options.pictures.empty() == options.library.empty())
    throw CLI::RequiredError("either pictures or --db");
  if (options.apply.empty() != options.to.empty())
    throw CLI::ValidationError("--apply and --to belong together");
  if (!options.by.empty() && options.apply.empty())
    throw CLI::ValidationError("--by chooses the folders of --apply");
  for (const auto& out : {options.csv, options.report}) {
    keep_apart(out, options.sort.taxonomy, "taxonomy");
    keep_apart(out, options.library, "library");
  }
  if (std::find(options.pictures.begin(), options.pictures.end(), "-") != options.pictures.end() &&
      options.touches_files())
    throw CLI::ValidationError("standard input cannot be moved, copied or tagged");
}

}  // namespace

void add_sort_run(CLI::App& sort, Context& context) {
  auto& verb = add_verb(sort, "run",
                        "says which categories fit each picture; touches files with --apply or "
                        "--xmp alone",
                        "tandem sort run photos/ --into pets.toml --report out.html --model clip/");
  const auto options = std::make_shared<RunOptions>();
  verb.add_option("pictures", options->pictures, "picture files or folders")
      ->type_name("IMAGE|DIR...");
  verb.add_option("--db", options->library, "the pictures of a library (`tandem index`)")
      ->type_name("F");
  add_taxonomy_flag(verb, options->sort);
  add_plain_flag(verb, options->sort);
  verb.add_option("--apply", options->apply,
                  "put pictures into a folder of their category below --to; a log says how to take "
                  "it back")
      ->check(CLI::IsMember({"copy", "link", "move"}));
  verb.add_option("--to", options->to, "the folder for --apply")->type_name("DIR");
  verb.add_option("--by", options->by,
                  "the group whose categories become folders; default: the first")
      ->type_name("GROUP");
  verb.add_option("--log", options->log,
                  "where the log is written; default: a new name in --to, or here")
      ->type_name("FILE");
  verb.add_option("--report", options->report, "a page with the uncertain pictures first")
      ->type_name("HTML");
  verb.add_option("--report-pictures", options->report_pictures, "pictures on that page")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  verb.add_option("--csv", options->csv, "a table; - for standard output")->type_name("FILE");
  verb.add_flag("--xmp", options->xmp,
                "add the categories as keywords to XMP sidecars beside the pictures");
  verb.add_option("--xmp-name", options->xmp_name,
                  "of new sidecars: full (cat.jpg.xmp: darktable, digiKam) or short (cat.xmp: "
                  "Lightroom)")
      ->check(CLI::IsMember({"full", "short"}))
      ->capture_default_str();
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] {
    check(*options);
    Run(*options, context).run();
  });
}

}  // namespace tandem::cli
