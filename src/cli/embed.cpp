// tandem embed: embeddings of pictures or texts, in input order.

#include <fmt/core.h>

#include <filesystem>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "checkpoint/npy.h"
#include "checkpoint/safetensors.h"
#include "cli/context.h"
#include "engine/engine.h"

namespace tandem::cli {
namespace {

struct Options {
  std::vector<std::string> pictures;
  std::string texts_file, out;
  bool normalise = false;
};

// What goes into a file: the rows and what each came from.
struct Rows {
  std::vector<std::string> inputs;
  Embeddings embeddings;
};

OrderedJson json_row(const std::string& input, std::span<const float> values) {
  OrderedJson line{{"input", input}, {"embedding", OrderedJson::array()}};
  for (const float value : values) line["embedding"].push_back(value);
  return line;
}

// F.json beside F.npy.
std::string beside_path(const std::string& out) {
  return std::filesystem::path(out).replace_extension(".json").string();
}

void write_rows(const Rows& rows, const Model& model, const Options& options) {
  const auto& fingerprint = model.fingerprint();
  if (options.out.ends_with(".safetensors")) {
    TensorStore store;
    store.add("embeddings", {rows.embeddings.rows, rows.embeddings.width}, rows.embeddings.values);
    write_safetensors(options.out, {{"embeddings", *store.find("embeddings")}},
                      {{"space", fingerprint.space}, {"recipe", fingerprint.recipe}});
  } else {
    write_npy(options.out, Shape{rows.embeddings.rows, rows.embeddings.width},
              rows.embeddings.values);
  }
  const OrderedJson beside{{"model", model.path()},
                           {"normalised", options.normalise},
                           {"space", fingerprint.space},
                           {"recipe", OrderedJson::parse(fingerprint.recipe)},
                           {"rows", rows.inputs}};
  write_file(beside_path(options.out), to_line(beside) + "\n");
}

// A text that cannot be tokenised is named by its line; the rest is done.
void embed_texts(const Model& model, const std::string& file, Output output, Context& context,
                 const std::function<void(const std::string&, std::span<const float>)>& take) {
  std::vector<std::string> texts;
  std::vector<int32_t> rows;
  for (const auto& line : read_lines(file)) {
    check_interrupt();
    try {
      const auto row = model.engine().padded_row(line.text);
      rows.insert(rows.end(), row.begin(), row.end());
      texts.push_back(line.text);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_input) throw;
      context.complain(fmt::format("{}: line {}: {}", file, line.number, error.what()));
    }
  }
  const auto embeddings = model.engine().encode_tokens(rows, TextRows::trie, output);
  for (size_t i = 0; i < texts.size(); ++i) take(texts[i], embeddings.row(static_cast<int64_t>(i)));
}

void run(const Options& options, Context& context) {
  if (!options.out.empty() && !options.out.ends_with(".npy") &&
      !options.out.ends_with(".safetensors"))
    fail(ErrorKind::bad_input,
         "{}: embeddings are written as .npy or .safetensors; choose one of these", options.out);
  const Model model = context.load_model();
  Rows rows{.embeddings = {.width = model.embed_dim()}};
  const bool to_stdout = options.out.empty();
  const auto take = [&](const std::string& input, std::span<const float> values) {
    if (to_stdout) return context.print(json_row(input, values));
    rows.inputs.push_back(input);
    rows.embeddings.values.insert(rows.embeddings.values.end(), values.begin(), values.end());
    ++rows.embeddings.rows;
  };
  const Output output = options.normalise ? Output::embeddings : Output::features;
  if (!options.texts_file.empty()) embed_texts(model, options.texts_file, output, context, take);
  encode_each(model, collect_pictures(options.pictures, context), options.normalise, context,
              [&](const std::string& path, std::span<const float> values, const Error* error) {
                if (!error)
                  take(path, values);
                else if (to_stdout)
                  context.print({{"input", path}, {"error", error->what()}});
              });
  if (to_stdout) return;
  write_rows(rows, model, options);
  if (context.json)
    context.print(
        {{"out", options.out}, {"rows", rows.embeddings.rows}, {"width", rows.embeddings.width}});
  else
    fmt::print("{}: {} x {}\n", options.out, rows.embeddings.rows, rows.embeddings.width);
}

}  // namespace

void add_embed(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "embed", "gives the embeddings of pictures or texts",
                        "tandem embed photos/ --normalise --out photos.npy --model clip/");
  const auto options = std::make_shared<Options>();
  verb.add_option("pictures", options->pictures, "picture files, folders, or - for standard input")
      ->type_name("IMAGE|DIR...");
  verb.add_option("--texts-file", options->texts_file, "a file with one text a line, or -")
      ->type_name("F");
  verb.add_option("--out", options->out,
                  "F.npy or F.safetensors, with F.json beside it; else JSON Lines on stdout")
      ->type_name("F");
  verb.add_flag("--normalise", options->normalise, "make every embedding of length 1");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] {
    if (options->pictures.empty() && options->texts_file.empty())
      throw CLI::RequiredError("IMAGE, DIR or --texts-file");
    run(*options, context);
  });
}

}  // namespace tandem::cli
