// tandem match: pictures for texts, and texts for pictures.

#include <fmt/core.h>

#include "cli/checks.h"
#include "cli/context.h"
#include "illustrate/illustrate.h"
#include "zero_shot/ranking.h"

namespace tandem::cli {
namespace {

struct Options {
  std::vector<std::string> images;
  std::string texts_file;
  size_t top_k = 5;
  bool assign = false;
  IllustrateOptions choice;
};

struct Side {
  std::vector<std::string> names;
  Embeddings embeddings;
};

Side encode_pictures(const Model& model, const Options& options, Context& context) {
  Side side{.embeddings = {.width = model.embed_dim()}};
  encode_each(model, collect_pictures(options.images, context), true, context,
              [&](const std::string& path, std::span<const float> embedding, const Error* error) {
                if (error) return;
                side.names.push_back(path);
                side.embeddings.values.insert(side.embeddings.values.end(), embedding.begin(),
                                              embedding.end());
                ++side.embeddings.rows;
              });
  return side;
}

// For each of `queries`, the best of `choices`. `query_key` and `choice_key`
// are the contract's names: "text"/"images", "image"/"texts".
void print_side(const Model& model, const Side& queries, const Side& choices, const char* query_key,
                const char* choices_key, const char* choice_key, size_t top_k,
                const Context& context) {
  for (int64_t i = 0; i < queries.embeddings.rows; ++i) {
    std::vector<double> cosines, logits;
    for (int64_t j = 0; j < choices.embeddings.rows; ++j) {
      cosines.push_back(cosine(queries.embeddings.row(i), choices.embeddings.row(j)));
      logits.push_back(model.logit_scale() * cosines.back() + model.logit_bias().value_or(0));
    }
    const auto probabilities = model.logit_bias() ? sigmoid(logits) : softmax(logits);
    OrderedJson line{{query_key, queries.names[i]}, {choices_key, OrderedJson::array()}};
    if (!context.json) fmt::print("{}\n", printable(queries.names[i]));
    for (const size_t best : top(cosines, top_k)) {
      if (context.json)
        line[choices_key].push_back({{choice_key, choices.names[best]},
                                     {"cosine", cosines[best]},
                                     {"probability", probabilities[best]}});
      else
        fmt::print("  {:6.3f}  {:5.1f}%  {}\n", cosines[best], 100 * probabilities[best],
                   printable(choices.names[best]));
    }
    if (context.json) context.print(line);
  }
}

// One picture for each text, or none: as tandem illustrate does for the places of a lesson.
void print_assignment(const Model& model, const Side& texts, const Side& pictures,
                      const Options& options, const Context& context) {
  Passages passages{.views = texts.embeddings};
  for (int64_t i = 1; i <= texts.embeddings.rows; ++i) passages.begins.push_back(i);
  const auto candidates = find_candidates(passages, {}, make_shelf(model, pictures.embeddings, {}),
                                          options.choice.candidates);
  for (const auto& placement : choose(candidates, pictures.names.size(), options.choice)) {
    const std::string& text = texts.names[placement.place];
    const auto& picture = placement.picture;
    OrderedJson line{{"text", text}, {"image", nullptr}, {"cosine", nullptr}, {"confidence", 0.0}};
    if (picture) {
      line["image"] = pictures.names[picture->picture];
      line["cosine"] =
          passages.score(static_cast<int64_t>(placement.place),
                         pictures.embeddings.row(static_cast<int64_t>(picture->picture)));
      line["confidence"] = picture->confidence;
    } else if (!placement.alternatives.empty()) {
      line["confidence"] = placement.alternatives.front().confidence;
    }
    if (context.json)
      context.print(line);
    else
      fmt::print("{}\n  {:5.1f}%  {}\n", printable(text), 100 * line["confidence"].get<double>(),
                 picture ? printable(pictures.names[picture->picture]) : "-");
  }
}

void run(const Options& options, Context& context) {
  const Model model = context.load_model();
  Side texts{.names = read_texts(options.texts_file)};
  texts.embeddings = model.encode_texts(texts.names);
  const Side pictures = encode_pictures(model, options, context);
  if (pictures.names.empty()) return;
  if (options.assign) return print_assignment(model, texts, pictures, options, context);
  print_side(model, texts, pictures, "text", "images", "image", options.top_k, context);
  if (!context.json) fmt::print("\n");
  print_side(model, pictures, texts, "image", "texts", "text", options.top_k, context);
}

}  // namespace

void add_match(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "match", "ranks pictures for each text and texts for each picture",
                        "tandem match --images photos/ --texts-file captions.txt --model clip/");
  const auto options = std::make_shared<Options>();
  verb.add_option("--images", options->images, "picture files, folders, or - for standard input")
      ->required()
      ->type_name("PATH...");
  verb.add_option("--texts-file", options->texts_file, "a file with one text a line, or -")
      ->required()
      ->type_name("F");
  verb.add_option("--top-k", options->top_k, "how many are shown for each")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_flag("--assign", options->assign,
                "one picture for each text, or none where nothing fits, each picture once: the "
                "likeliest of all such choices");
  verb.add_option("--uses", options->choice.uses, "with --assign: a picture goes to so many texts")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_option("--min-confidence", options->choice.min_confidence,
                  "with --assign, from 0 to 1: below it nothing fits")
      ->check(from_0_to_1())
      ->capture_default_str();
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
