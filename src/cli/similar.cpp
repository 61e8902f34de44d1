// tandem similar, tandem duplicates: pictures of a library that are near to one, or to each other.

#include <fmt/core.h>

#include "cli/checks.h"
#include "cli/progress.h"
#include "cli/search_verbs.h"
#include "cli/thumbnails.h"
#include "search/duplicates.h"
#include "search/finder.h"
#include "search/vector_store.h"

namespace tandem::cli {
namespace {

struct Options {
  std::string image, db, thumbnails = "auto";
  size_t top_k = 20;
  DuplicateOptions duplicates;
};

Library open_library(const Options& options) {
  return Library::open(options.db.empty() ? Library::default_path() : options.db);
}

void run_similar(const Options& options, Context& context) {
  const Library library = open_library(options);
  const Model model = context.load_model();
  const Finder finder(library, model);
  const Thumbnails thumbnails(options.thumbnails);
  for (const auto& picture : finder.similar(options.image, options.top_k)) {
    if (context.json) {
      context.print({{"path", picture.path}, {"cosine", picture.cosine}});
      continue;
    }
    fmt::print("{:6.3f}  {}\n", picture.cosine, printable(picture.path));
    thumbnails.show(picture.path);
  }
}

void print_group(const DuplicateGroup& group, const Context& context) {
  if (context.json)
    return context.print(
        {{"group", group.paths}, {"kind", name_of(group.kind)}, {"best", group.paths.front()}});
  fmt::print("{}\n", name_of(group.kind));
  for (size_t i = 0; i < group.paths.size(); ++i)
    fmt::print("  {} {}\n", i == 0 ? "best" : "    ", printable(group.paths[i]));
}

void run_duplicates(const Options& options, Context& context) {
  const Library library = open_library(options);
  const Model model = context.load_model();
  const LibrarySpace space = library.space_of(model);
  const VectorFile vectors = open_vectors(library, space, VectorFormat::f32);
  DuplicateOptions duplicates = options.duplicates;
  std::unique_ptr<Progress> progress;
  int64_t before = 0;
  duplicates.progress = [&](int64_t done, int64_t total) {
    if (!progress) progress = std::make_unique<Progress>(total, "pictures", !context.quiet);
    progress->advance(done - before);
    before = done;
  };
  duplicates.on_bad = [&](const std::string& fault) { context.complain(fault); };
  const auto groups = find_duplicates(library, vectors, duplicates);
  progress.reset();
  for (const auto& group : groups) print_group(group, context);
  if (groups.empty() && !context.json) fmt::print("no duplicates\n");
}

void add_library_flags(CLI::App& verb, Options& options, Context& context) {
  verb.add_option("--db", options.db, "the library; by default $TANDEM_LIBRARY or the user's own")
      ->type_name("F")
      ->check(not_empty());
  add_model_flags(verb, context);
  add_output_flags(verb, context);
}

}  // namespace

void add_similar(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "similar", "shows a library's pictures that are nearest to one",
                        "tandem similar photo.jpg --top-k 5");
  const auto options = std::make_shared<Options>();
  verb.add_option("image", options->image,
                  "a picture file, of the library or not, or - for standard input")
      ->required()
      ->type_name("IMAGE");
  verb.add_option("--top-k", options->top_k, "how many are shown at most")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_option("--thumbnails", options->thumbnails,
                  "small pictures on the terminal by chafa; auto: where there is both")
      ->check(CLI::IsMember({"auto", "never", "always"}))
      ->capture_default_str();
  add_library_flags(verb, *options, context);
  verb.callback([options, &context] { run_similar(*options, context); });
}

void add_duplicates(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "duplicates",
                        "groups a library's copies (exact, near, bursts) and marks the best of "
                        "each; deletes nothing",
                        "tandem duplicates --json");
  const auto options = std::make_shared<Options>();
  verb.add_option("--similarity", options->duplicates.similarity,
                  "cosine from which on pictures are compared by their pixels; by default from "
                  "the library")
      ->check(from_0_to_1());
  verb.add_option("--burst-seconds", options->duplicates.burst_seconds,
                  "between two pictures of a burst, at most")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  add_library_flags(verb, *options, context);
  verb.callback([options, &context] { run_duplicates(*options, context); });
}

}  // namespace tandem::cli
