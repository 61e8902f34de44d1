// tandem illustrate: pictures for the paragraphs or headings of a lesson.

#include "illustrate/illustrate.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/fail.h"
#include "base/files.h"
#include "cli/checks.h"
#include "cli/context.h"
#include "illustrate/figures.h"
#include "illustrate/picture_words.h"
#include "index/library.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string lesson, db, out, at = "paragraphs";
  std::vector<std::string> from;
  std::string alts, sources, heading = "Sources of the pictures";
  PlaceRules places;
  IllustrateOptions choice;
  bool all = false;
};

constexpr size_t kAlternatives = 3;

PictureSet encode_folder(const Model& model, const Options& options, Context& context) {
  PictureSet set{.embeddings = {.width = model.embed_dim()}};
  encode_each(model, collect_pictures(options.from, context), true, context,
              [&](const std::string& path, std::span<const float> embedding, const Error* error) {
                if (error) return;
                set.paths.push_back(path);
                set.embeddings.values.insert(set.embeddings.values.end(), embedding.begin(),
                                             embedding.end());
                ++set.embeddings.rows;
              });
  return set;
}

/// Pictures of a library that are still where they were.
PictureSet present_pictures(const PictureSet& all, const Context& context) {
  PictureSet set{.embeddings = {.width = all.embeddings.width}};
  std::error_code ignored;
  for (size_t i = 0; i < all.paths.size(); ++i) {
    if (!fs::exists(all.paths[i], ignored)) continue;
    const auto row = all.embeddings.row(static_cast<int64_t>(i));
    set.paths.push_back(all.paths[i]);
    set.embeddings.values.insert(set.embeddings.values.end(), row.begin(), row.end());
    ++set.embeddings.rows;
  }
  if (const size_t gone = all.paths.size() - set.paths.size(); gone > 0)
    context.remark(
        fmt::format("{} of {} pictures of the library are gone; tandem index looks again", gone,
                    all.paths.size()));
  return set;
}

PictureSet read_pictures(const Model& model, const Options& options, Context& context) {
  PictureSet set = options.db.empty()
                       ? encode_folder(model, options, context)
                       : present_pictures(Library::open(options.db).picture_set(model), context);
  if (set.paths.empty())
    fail(ErrorKind::bad_input,
         "there is no picture to choose from; name another folder or library");
  return set;
}

void print_placement(const Place& place, const Placement& placement, const PictureSet& pictures,
                     const Context& context) {
  const auto& picture = placement.picture;
  const auto& others = placement.alternatives;
  const double best = picture          ? picture->confidence
                      : others.empty() ? 0
                                       : others.front().confidence;
  if (!context.json) {
    const std::string name = picture ? pictures.paths[picture->picture] : "-";
    fmt::print("{:>6}  {:5.1f}%  {}\n        {}\n", place.line, 100 * best, printable(name),
               printable(place.text));
    return;
  }
  OrderedJson line{{"line", place.line}, {"picture", nullptr}, {"confidence", best}};
  if (picture) line["picture"] = pictures.paths[picture->picture];
  line["text"] = place.text;
  line["alternatives"] = OrderedJson::array();
  for (size_t i = 0; i < std::min(kAlternatives, others.size()); ++i)
    line["alternatives"].push_back(
        {{"picture", pictures.paths[others[i].picture]}, {"confidence", others[i].confidence}});
  context.print(line);
}

/// The tables that people wrote, opened before anything is computed.
struct Tables {
  std::optional<PictureTable> alts, sources;

  explicit Tables(const Options& options) {
    if (!options.alts.empty()) alts = PictureTable::read(options.alts, {"alt"});
    if (!options.sources.empty())
      sources = PictureTable::read(options.sources, {"credit", "licence"});
  }

  LessonFigure figure(const Place& place, const std::string& picture) const {
    LessonFigure figure{.place = place, .picture = picture};
    if (alts) figure.alt = alts->cell(picture, "alt");
    if (figure.alt.empty()) figure.alt = alt_beside(picture);
    if (sources) {
      figure.credit = sources->cell(picture, "credit");
      figure.licence = sources->cell(picture, "licence");
    }
    return figure;
  }
};

void write_copy(const std::string& lesson, const std::vector<LessonFigure>& figures,
                const Options& options, const Context& context) {
  const bool to_stdout = options.out == "-";
  const std::string folder = to_stdout ? "" : fs::path(options.out).parent_path().string();
  const std::string copy = add_figures(lesson, figures, folder, options.heading);
  if (to_stdout)
    fmt::print("{}", copy);
  else
    write_file(options.out, copy);
  const auto missing = std::count_if(figures.begin(), figures.end(),
                                     [](const LessonFigure& figure) { return figure.alt.empty(); });
  if (missing > 0)
    context.remark(fmt::format(
        "{} of {} pictures have no alt text; write it where the copy says so, or into a .txt file "
        "beside each picture",
        missing, figures.size()));
}

void check_options(const Options& options, const Context& context) {
  if (options.from.empty() == options.db.empty())
    throw CLI::ValidationError("--from, --db", "name a folder with --from or a library with --db");
  if (options.out == "-" && context.json)
    throw CLI::ValidationError("--out", "the lesson and --json cannot both go to standard output");
  std::error_code ignored;
  if (options.out != "-" && fs::equivalent(options.lesson, options.out, ignored))
    throw CLI::ValidationError("--out", "is the lesson itself; name another file for the copy");
}

void run(Options options, Context& context) {
  check_options(options, context);
  const std::string lesson = options.lesson == "-" ? read_stdin(kMaxLessonBytes)
                                                   : read_file(options.lesson, kMaxLessonBytes);
  options.places.at = options.at == "headings" ? PlaceKind::headings : PlaceKind::paragraphs;
  const auto places = find_places(lesson, options.places);
  const Tables tables(options);
  if (places.empty())
    context.remark("no place for a picture was found; --min-words 1 takes short paragraphs too");
  std::vector<LessonFigure> figures;
  if (!places.empty()) {
    const Model model = context.load_model();
    const PictureSet pictures = read_pictures(model, options, context);
    for (const auto& placement : illustrate(model, places, pictures, options.choice)) {
      const Place& place = places[placement.place];
      if (placement.picture)
        figures.push_back(tables.figure(place, pictures.paths[placement.picture->picture]));
      if (options.out != "-" && (placement.picture || options.all))
        print_placement(place, placement, pictures, context);
    }
  }
  if (!options.out.empty()) write_copy(lesson, figures, options, context);
  context.remark(fmt::format("{} of {} places get a picture", figures.size(), places.size()));
}

void add_choice_flags(CLI::App& verb, Options& options) {
  verb.add_option("--at", options.at, "what gets pictures: paragraphs and list items, or headings")
      ->check(CLI::IsMember({"paragraphs", "headings"}))
      ->capture_default_str();
  verb.add_option("--uses", options.choice.uses, "a picture stands at most at so many places")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_option("--min-confidence", options.choice.min_confidence,
                  "from 0 to 1: a place gets no picture that is less likely to fit")
      ->check(from_0_to_1())
      ->capture_default_str();
  verb.add_option("--min-words", options.places.min_words, "shorter paragraphs get no picture")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_option("--candidates", options.choice.candidates, "pictures considered for each place")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_flag_callback(
      "--no-names", [&options] { options.choice.names = false; },
      "pictures' file names do not count, as where they name other things");
  verb.add_flag("--all", options.all, "list the places without a picture too");
}

}  // namespace

void add_illustrate(CLI::App& app, Context& context) {
  auto& verb =
      add_verb(app, "illustrate", "puts the pictures that fit beside the paragraphs of a lesson",
               "tandem illustrate lesson.md --from pictures/ --out illustrated.md");
  const auto options = std::make_shared<Options>();
  verb.add_option("lesson", options->lesson, "a Markdown file, or - for standard input")
      ->required()
      ->type_name("LESSON");
  verb.add_option("--from", options->from, "pictures and folders of pictures to choose from")
      ->type_name("DIR...");
  verb.add_option("--db", options->db, "a library to choose from (tandem index)")
      ->type_name("F")
      ->excludes("--from");
  verb.add_option("--out", options->out,
                  "where a copy with the pictures is written, or -; without it they are listed")
      ->type_name("OUT");
  verb.add_option("--alts", options->alts,
                  "a .csv or .tsv with the columns path and alt; else the text of picture.txt "
                  "beside picture.jpg is its alt text")
      ->type_name("F");
  verb.add_option("--sources", options->sources,
                  "a .csv or .tsv with the columns path, credit and licence, for the table of "
                  "sources at the copy's end")
      ->type_name("F");
  verb.add_option("--sources-title", options->heading, "the heading of that table")
      ->capture_default_str();
  add_choice_flags(verb, *options);
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
