// tandem tokenizer: vocabularies of one's own.

#include <fmt/core.h>

#include "base/fail.h"
#include "cli/context.h"
#include "data/captions.h"
#include "text/learn_bpe.h"
#include "text/vocabulary_files.h"

namespace tandem::cli {
namespace {

constexpr int kLargestSize = 1 << 20;

struct Options {
  std::vector<std::string> inputs, text_keys;
  std::string out, cache;
  int size = 0;
  int64_t least_count = 2;
};

WordCounter count_words(const Options& options, Context& context) {
  CaptionOptions captions{.cache = options.cache};
  for (const auto& key : options.text_keys) captions.texts.push_back({.field = key});
  captions.on_bad = [&](const std::string& sentence) { context.complain(sentence); };
  WordCounter counter;
  for (const auto& input : options.inputs)
    read_captions(input, captions, [&](std::span<const std::string> texts) { counter.add(texts); });
  if (counter.bad_texts() > 0)
    context.complain(fmt::format("{} of {} texts are no UTF-8 and were left out; convert them",
                                 counter.bad_texts(), counter.texts()));
  if (counter.words().empty())
    fail(ErrorKind::bad_input, "{}: holds no words to learn from; give captions",
         options.inputs.front());
  return counter;
}

void run_train(const Options& options, Context& context) {
  const WordCounter counter = count_words(options, context);
  const int64_t wanted = options.size - kSymbolsBesideMerges;
  const auto merges = learn_merges(counter.words(), wanted, options.least_count);
  const auto learned = static_cast<int64_t>(merges.size());
  const int64_t size = learned + kSymbolsBesideMerges;
  if (learned < wanted)
    context.remark(fmt::format(
        "{} merges were learned instead of {}: no other pair of symbols occurs {} times; the "
        "vocabulary has {} tokens",
        learned, wanted, options.least_count, size));
  write_clip_tokenizer(merges, options.out);
  if (context.json)
    return context.print({{"tokenizer", options.out},
                          {"size", size},
                          {"merges", learned},
                          {"texts", counter.texts()},
                          {"bad_texts", counter.bad_texts()},
                          {"words", counter.words().size()}});
  fmt::print("{}: {} tokens, {} of them merges, from {} texts with {} distinct words\n",
             options.out, size, learned, counter.texts(), counter.words().size());
}

}  // namespace

void add_tokenizer(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "tokenizer", "learns a vocabulary",
                        "tandem tokenizer train --size 8192 captions.txt --out tokenizer/");
  verb.require_subcommand(1);
  auto& train =
      add_verb(verb, "train", "learns a byte-pair vocabulary of CLIP's kind from captions",
               "tandem tokenizer train --size 8192 \"train-{0000..0006}.tar\" --out "
               "tokenizer/");
  const auto options = std::make_shared<Options>();
  train
      .add_option("inputs", options->inputs,
                  "captions: text files with one a line, - for standard input, WebDataset tars, "
                  ".jsonl, .csv or .tsv files, folders")
      ->required()
      ->type_name("INPUT...");
  train
      .add_option("--size", options->size,
                  fmt::format("tokens of the vocabulary: {} symbols, start and end included, and "
                              "the merges",
                              kSymbolsBesideMerges))
      ->required()
      ->check(CLI::Range(kSymbolsBesideMerges, kLargestSize));
  train.add_option("--out", options->out, "the folder that the files are written into")
      ->required()
      ->type_name("DIR");
  train.add_option("--text-key", options->text_keys,
                   "where the captions are: a file's ending, JSON field or column (\"caption\", "
                   "\"text[0]\"); by default text, captions, caption, txt or title");
  train
      .add_option("--least-count", options->least_count,
                  "pairs of symbols that occur less often are not merged")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40))
      ->capture_default_str();
  train
      .add_option("--cache", options->cache,
                  "where the places of samples in tars are kept; by default the user's cache "
                  "folder")
      ->type_name("DIR");
  add_output_flags(train, context);
  train.callback([options, &context] { run_train(*options, context); });
}

}  // namespace tandem::cli
