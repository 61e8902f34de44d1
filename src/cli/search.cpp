// tandem search: pictures of a library by words, by pictures and by both.

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "base/fail.h"
#include "base/files.h"
#include "cli/checks.h"
#include "cli/search_verbs.h"
#include "cli/thumbnails.h"
#include "page/page.h"
#include "search/confidence.h"
#include "search/filter_words.h"
#include "search/finder.h"
#include "search/gallery.h"

namespace tandem::cli {
namespace {

struct Options {
  FindRequest request;
  std::string db, after, before, min_size, max_size, orientation = "any", near, html;
  std::string vectors = "f32", thumbnails = "auto";
  std::vector<std::string> globs;
  int min_side = 0;
  bool build_graph = false;
};

PictureFilter filter_of(const Options& options) {
  PictureFilter filter = options.request.filter;
  for (const auto& glob : options.globs) filter.path_globs.push_back(whole_path_glob(glob));
  if (!options.after.empty()) filter.taken_from = parse_date(options.after);
  if (!options.before.empty()) filter.taken_before = parse_date(options.before);
  if (!options.min_size.empty()) filter.min_bytes = parse_bytes(options.min_size);
  if (!options.max_size.empty()) filter.max_bytes = parse_bytes(options.max_size);
  if (options.min_side > 0) filter.min_side = options.min_side;
  if (!options.near.empty()) filter.near = parse_near(options.near);
  using Orientation = PictureFilter::Orientation;
  if (options.orientation == "landscape") filter.orientation = Orientation::landscape;
  if (options.orientation == "portrait") filter.orientation = Orientation::portrait;
  if (options.orientation == "square") filter.orientation = Orientation::square;
  return filter;
}

std::string in_words(const FindRequest& request) {
  std::string words = request.text;
  for (const auto& image : request.images) words += (words.empty() ? "like " : ", like ") + image;
  for (const auto& text : request.nots) words += ", not " + text;
  return words;
}

std::string summary_of(const Findings& found) {
  if (found.searched == 0) return "no picture passes the filters";
  const std::string rest =
      fmt::format("{} {} searched", found.searched, found.searched == 1 ? "picture" : "pictures");
  if (found.pictures.empty())
    return fmt::format("no good match: the nearest is {} sure, {}; --all shows it",
                       percent_in_words(found.best), rest);
  const auto good = std::count_if(found.pictures.begin(), found.pictures.end(),
                                  [](const Finding& f) { return f.confidence >= kGoodMatch; });
  if (static_cast<size_t>(good) == found.pictures.size())
    return fmt::format("{} found, {}", found.pictures.size(), rest);
  return fmt::format("{} shown, {} of them more likely than not to fit; {}", found.pictures.size(),
                     good == 0 ? "none" : std::to_string(good), rest);
}

void print_findings(const Findings& found, const Options& options, Context& context) {
  if (context.json) {
    for (const auto& picture : found.pictures)
      context.print({{"path", picture.path},
                     {"cosine", picture.cosine},
                     {"confidence", picture.confidence},
                     {"rank", picture.rank}});
    return;
  }
  const Thumbnails thumbnails(options.thumbnails);
  for (const auto& picture : found.pictures) {
    fmt::print("{:3}.  {:3.0f}%  {:6.3f}  {}\n", picture.rank, 100 * picture.confidence,
               picture.cosine, printable(picture.path));
    thumbnails.show(picture.path);
  }
  if (found.pictures.empty()) fmt::print("{}\n", summary_of(found));
}

void write_gallery(const Findings& found, const Options& options, Context& context) {
  std::string lead = summary_of(found) + ".";
  lead[0] = static_cast<char>(std::toupper(lead[0]));
  const std::string page = gallery_page(
      found.pictures, {.title = in_words(options.request),
                       .lead = lead,
                       .images = options.request.images,
                       .on_bad = [&](const std::string& fault) { context.complain(fault); }});
  if (options.html == "-")
    fmt::print("{}", page);
  else
    write_file(options.html, page);
}

void run(Options options, Context& context) {
  auto& request = options.request;
  if (request.text.empty() && request.images.empty() && !options.build_graph)
    throw CLI::RequiredError("TEXT or --image");
  try {
    request.filter = filter_of(options);
  } catch (const Error& error) {
    throw CLI::ValidationError(error.what());
  }
  const Library library = Library::open(options.db.empty() ? Library::default_path() : options.db);
  keep_apart(options.html, library.path(), "library");
  const Model model = context.load_model();
  FinderOptions finder_options{.format = options.vectors == "int8" ? VectorFormat::int8
                                                                   : VectorFormat::f32};
  finder_options.making = [&](int64_t pictures) {
    if (pictures >= 100'000)
      context.remark(
          fmt::format("preparing {} pictures for search, once for each change", pictures));
  };
  if (options.build_graph) {
    const Finder finder(library, model, finder_options);
    build_graph(finder.vectors(), graph_path(finder.vectors()));
    if (request.text.empty() && request.images.empty()) return;
  }
  const Finder finder(library, model, finder_options);
  const Findings found = finder.find(request);
  if (options.html != "-") print_findings(found, options, context);
  if (!options.html.empty()) write_gallery(found, options, context);
}

void add_filters(CLI::App& verb, Options& options) {
  verb.add_option("--path", options.globs,
                  "only pictures whose path fits one of these; * crosses folders")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  verb.add_option("--after", options.after, "taken (else changed) on this day or later: 2023-05-01")
      ->type_name("DATE");
  verb.add_option("--before", options.before, "taken (else changed) before this day")
      ->type_name("DATE");
  verb.add_option("--tag", options.request.filter.tags, "only pictures with all of these tags")
      ->allow_extra_args(false);
  verb.add_option("--min-size", options.min_size, "files of at least: bytes, 500k, 2MB")
      ->type_name("SIZE");
  verb.add_option("--max-size", options.max_size, "files of at most")->type_name("SIZE");
  verb.add_option("--min-side", options.min_side, "the shorter side in pixels, at least")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  verb.add_option("--orientation", options.orientation, "of the picture as it is seen")
      ->check(CLI::IsMember({"any", "landscape", "portrait", "square"}))
      ->capture_default_str();
  verb.add_option("--near", options.near, "taken within KM kilometres of a place")
      ->type_name("LAT,LON,KM");
}

}  // namespace

void add_search(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "search",
                        "finds pictures of a library by words, by pictures, or both; says so where "
                        "nothing fits",
                        "tandem search \"a dog on a beach\" --after 2023 --html dogs.html");
  const auto options = std::make_shared<Options>();
  auto& request = options->request;
  verb.add_option("text", request.text, "what to look for")->type_name("TEXT");
  verb.add_option("--image", request.images,
                  "pictures to look for, beside or instead of words; - is standard input")
      ->type_name("F")
      ->allow_extra_args(false);
  verb.add_option("--not", request.nots, "what must not be shown; may be given up to 7 times")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  verb.add_option("--weight", request.weight, "of the pictures against the words")
      ->check(from_0_to_1())
      ->capture_default_str();
  verb.add_option("--db", options->db, "the library; by default $TANDEM_LIBRARY or the user's own")
      ->type_name("F")
      ->check(not_empty());
  add_filters(verb, *options);
  verb.add_option("--top-k", request.count, "how many are shown at most")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_flag("--all", request.all, "also pictures that are less likely than not to fit");
  verb.add_flag("--exact", request.exact, "compare with every picture even where there is a graph");
  verb.add_option("--vectors", options->vectors,
                  "what is compared: f32, or int8, a quarter of the memory and slightly off")
      ->check(CLI::IsMember({"f32", "int8"}))
      ->capture_default_str();
  verb.add_flag("--build-graph", options->build_graph,
                "first build the graph for approximate search in large libraries");
  verb.add_option("--html", options->html, "write a page with the pictures found, or -")
      ->type_name("OUT");
  verb.add_option("--thumbnails", options->thumbnails,
                  "small pictures on the terminal by chafa; auto: where there is both")
      ->check(CLI::IsMember({"auto", "never", "always"}))
      ->capture_default_str();
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
