// tandem tokenize: texts to token ids.

#include <fmt/core.h>

#include "base/fail.h"
#include "base/interrupt.h"
#include "cli/context.h"
#include "engine/engine.h"
#include "text/tokenizer.h"
#include "text/tokenizer_files.h"

namespace tandem::cli {
namespace {

struct Options {
  std::vector<std::string> texts;
  std::string file;
  int context_length = 0;  // 0: the model's, or 77
  bool no_truncate = false;
  bool padded = false;
};

constexpr int kDefaultContextLength = 77;  // every OpenAI model's

// With --tokenizer no model is needed; with a model no tower is prepared.
struct Source {
  std::unique_ptr<Engine> engine;  // keeps the model's tokenizer
  std::optional<Tokenizer> own;
  int context_length = kDefaultContextLength;

  const Tokenizer& tokenizer() const { return own ? *own : engine->tokenizer(); }
};

Source open_source(const Options& options, Context& context) {
  Source source;
  if (context.model.empty() && !context.load.tokenizer.empty()) {
    source.own = Tokenizer::load(find_tokenizer_files(context.load.tokenizer));
  } else {
    Checkpoint checkpoint = open_model(context.model, {.tokenizer = context.load.tokenizer});
    for (const auto& rule : checkpoint.rules) context.remark(rule);
    source.engine = std::make_unique<Engine>(std::move(checkpoint), context.load_options());
    source.tokenizer();  // its error before any text
    source.context_length = source.engine->checkpoint().config.text->context_length;
  }
  if (options.context_length > 0) source.context_length = options.context_length;
  return source;
}

void print_text(const Source& source, const std::string& text, const Options& options,
                const Context& context) {
  const auto& tokenizer = source.tokenizer();
  const TokenRow row = tokenizer.encode_row(text, source.context_length, !options.no_truncate);
  std::vector<int32_t> ids = row.ids;
  if (options.padded)
    ids.resize(static_cast<size_t>(source.context_length), tokenizer.pad_id());
  else  // without start and end token
    ids = {row.ids.begin() + 1, row.ids.end() - 1};
  std::vector<std::string> tokens;
  for (const int32_t id : ids) tokens.push_back(tokenizer.token(id));
  if (context.json) {
    context.print({{"text", text}, {"ids", ids}, {"tokens", tokens}, {"truncated", row.truncated}});
    return;
  }
  std::string line;
  for (const int32_t id : ids) line += (line.empty() ? "" : " ") + std::to_string(id);
  fmt::print("{}\n", line);
}

void run(const Options& options, Context& context) {
  std::vector<std::string> texts = options.texts;
  if (!options.file.empty()) {
    const auto lines = read_texts(options.file);
    texts.insert(texts.end(), lines.begin(), lines.end());
  }
  const Source source = open_source(options, context);
  for (const auto& text : texts) {
    check_interrupt();
    try {
      print_text(source, text, options, context);
    } catch (const Error& error) {
      context.complain(error.what());
      if (context.json) context.print({{"text", text}, {"error", error.what()}});
    }
  }
}

}  // namespace

void add_tokenize(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "tokenize", "gives the token ids of texts",
                        "tandem tokenize --text \"a photo of a cat\" --model clip/ --json");
  const auto options = std::make_shared<Options>();
  auto* text = verb.add_option("--text", options->texts, "a text; may be given several times");
  text->take_all()->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb.add_option("--file", options->file, "a file with one text a line, or -");
  verb.add_option("--context-length", options->context_length,
                  "positions of the tower; 0: the model's, or 77 without a model")
      ->check(CLI::Range(0, 1 << 16) &
              CLI::Validator(
                  [](std::string& value) {
                    return value == "1" ? std::string("a text needs two positions or more") : "";
                  },
                  "", "two or more"))
      ->capture_default_str();
  verb.add_flag("--no-truncate", options->no_truncate, "refuse texts that are too long");
  verb.add_flag("--padded", options->padded, "the whole row that the tower sees");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] {
    if (options->texts.empty() && options->file.empty())
      throw CLI::RequiredError("--text or --file");
    run(*options, context);
  });
}

}  // namespace tandem::cli
