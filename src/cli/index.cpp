// tandem index: brings a library of pictures up to date with folders.

#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <optional>

#include "base/fail.h"
#include "base/interrupt.h"
#include "cli/checks.h"
#include "cli/context.h"
#include "cli/progress.h"
#include "index/indexer.h"
#include "index/walk.h"
#include "index/watcher.h"

namespace tandem::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::vector<std::string> folders, excludes;
  std::string library, shard = "1/1", store = "f16";
  bool watch = false, prune = false, retry = false;
};

Shard shard_of(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto index = std::from_chars(text.data(), end, shard.index);
  const bool slash = index.ec == std::errc() && index.ptr != end && *index.ptr == '/';
  const auto count = slash ? std::from_chars(index.ptr + 1, end, shard.count) : index;
  if (!slash || count.ec != std::errc() || count.ptr != end || shard.index < 1 ||
      shard.index > shard.count)
    throw CLI::ValidationError("--shard", "\"" + text + "\" is not i/n with i from 1 to n");
  return shard;
}

OrderedJson as_json(const IndexSummary& summary, double seconds) {
  return {{"added", summary.added},
          {"changed", summary.changed},
          {"moved", summary.moved},
          {"deleted", summary.deleted},
          {"failed", summary.failed},
          {"seconds", seconds},
          {"unchanged", summary.unchanged},
          {"embedded", summary.embedded},
          {"known_failures", summary.known_failures}};
}

/// Says what happens, and keeps the line of progress.
class Reporter {
 public:
  explicit Reporter(Context& context) : context_(context) {}

  IndexListener listener() {
    return {.failed =
                [this](const std::string& sentence) {
                  clear();  // the sentence gets a line of its own
                  context_.complain(sentence);
                },
            .remark = [this](const std::string& sentence) { context_.remark(sentence); },
            .progress = [this](int64_t done, int64_t total) { show(done, total); },
            .looked = [this] { look(); }};
  }
  void finish() { clear(); }

 private:
  void clear() {
    progress_.reset();
    looking_ = false;
  }
  void look() {
    if (!looking_) progress_.emplace(0, "pictures looked at", !context_.quiet);
    looking_ = true;
    progress_->advance();
  }
  void show(int64_t done, int64_t total) {
    looking_ = false;
    if (done == 0 || !progress_) {
      progress_.emplace(total - done, "pictures", !context_.quiet);
      last_ = done;
    }
    progress_->advance(done - last_);
    last_ = done;
  }

  Context& context_;
  std::optional<Progress> progress_;
  int64_t last_ = 0;
  bool looking_ = false;  // the folders are walked, and how much there is to do is not known
};

void say(const IndexSummary& summary, double seconds, Context& context) {
  if (context.json) return context.print(as_json(summary, seconds));
  fmt::print("{} added, {} changed, {} moved, {} deleted, {} failed, {} up to date in {:.1f} s\n",
             summary.added, summary.changed, summary.moved, summary.deleted, summary.failed,
             summary.unchanged, seconds);
  if (summary.known_failures > 0)
    fmt::print("{} failed before and have not changed (tandem library stats lists them)\n",
               summary.known_failures);
}

void run(const Options& options, const Shard& shard, Context& context) {
  const auto start = Clock::now();
  const Model model = context.load_model();  // first: without one, no library is made
  Library library = Library::open_for_writing(options.library.empty() ? Library::default_path()
                                                                      : options.library);
  Reporter reporter(context);
  Indexer indexer(library, model,
                  {.excludes = options.excludes,
                   .shard = shard,
                   .store = options.store == "int8" ? EmbeddingStore::int8 : EmbeddingStore::f16,
                   .prune = options.prune,
                   .retry = options.retry},
                  reporter.listener());
  std::vector<std::string> roots;
  for (const auto& folder : options.folders) roots.push_back(full_path(folder));
  const auto finish = [&] {
    reporter.finish();
    say(indexer.summary(), std::chrono::duration<double>(Clock::now() - start).count(), context);
  };
  if (!options.watch) {
    indexer.update(roots);
    return finish();
  }
  try {
    // Watched before the first look, so that nothing falls between.
    Watcher watcher(roots, options.excludes);
    indexer.update(roots);
    context.remark("watching; end it with Ctrl-C");
    watcher.run(indexer);
  } catch (const Interrupted&) {  // how watching ends
  }
  finish();
}

}  // namespace

void add_index(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "index", "brings a library of pictures up to date with folders",
                        "tandem index photos/ --db photos.db --model clip/");
  const auto options = std::make_shared<Options>();
  verb.add_option("folders", options->folders, "folders, at any depth, and picture files")
      ->required()
      ->type_name("DIR...");
  verb.add_option("--db", options->library,
                  "the library's file; default: $TANDEM_LIBRARY, else tandem/library.db in the "
                  "user's data folder")
      ->type_name("F")
      ->check(not_empty());
  verb.add_flag("--watch", options->watch,
                "go on following changes until Ctrl-C or SIGTERM, which end it with exit code 0");
  verb.add_option("--shard", options->shard, "only the i-th of n parts of the paths")
      ->type_name("i/n")
      ->capture_default_str();
  verb.add_option("--exclude", options->excludes,
                  "leave out names, or paths below DIR, that fit this pattern (* crosses folders)")
      ->type_name("GLOB")
      ->take_all()
      ->allow_extra_args(false);
  verb.add_option("--store", options->store, "how embeddings are kept; int8 takes half the room")
      ->check(CLI::IsMember({"f16", "int8"}))
      ->capture_default_str();
  verb.add_flag("--prune", options->prune,
                "remove pictures that are gone even where it looks as if a disk were missing");
  verb.add_flag("--retry", options->retry, "try again what failed and has not changed");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, shard_of(options->shard), context); });
}

}  // namespace tandem::cli
