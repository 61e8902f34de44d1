// What every verb shares: the common flags, and how results, progress and failures are
// said (the contract of the command line: stdout carries the result alone).
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "tandem/tandem.h"

namespace tandem::cli {

struct Context {
  // --model, --backend, --device, --tokenizer, --orient, --decode, --precision, --threads
  std::string model;
  LoadOptions load;
  std::string orient = "auto";
  std::string decode = "exact";
  std::string precision = "f32";
  int threads = 0;  // 0: all

  std::vector<std::string> arguments;  // the whole line as it was typed
  bool json = false;
  bool quiet = false;
  int failures = 0;  // things that could not be done: exit code 1

  /// "tandem: sentence" on stderr; the exit code will be 1.
  void complain(const std::string& sentence);
  /// A remark on stderr, unless --quiet.
  void remark(const std::string& sentence) const;
  /// One JSON value as a line of stdout; "path_hex" beside a "path" that is no UTF-8.
  void print(const OrderedJson& line) const;
  /// Loads --model and says once on stderr what its files could not tell.
  Model load_model();
  LoadOptions load_options() const;
};

/// --json, --quiet and --threads.
void add_output_flags(CLI::App& verb, Context& context);
/// --model, --backend, --device, --precision, --tokenizer, --orient, --decode.
void add_model_flags(CLI::App& verb, Context& context);
/// A verb with a description and one example that works.
CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& description,
                   const std::string& example);

/// Files as they are and folders as the pictures in them, at any depth, sorted.
/// A path that is not there is complained about and left out. "-" stays.
std::vector<std::string> collect_pictures(const std::vector<std::string>& paths, Context& context);

/// Encodes each picture in order ("-" is standard input); what fails is
/// complained about and given as `error`.
using EachPicture =
    std::function<void(const std::string& path, std::span<const float> values, const Error* error)>;
void encode_each(const Model& model, const std::vector<std::string>& paths, bool normalised,
                 Context& context, const EachPicture& each);

/// A line of a file, and which.
struct Line {
  int number = 0;  ///< from 1
  std::string text;
};

/// The lines of a file ("-" is standard input), without blanks and line ends
/// around them; empty lines are left out. Error: bad_input where none is left.
std::vector<Line> read_lines(const std::string& path);
/// The texts alone.
std::vector<std::string> read_texts(const std::string& path);

/// "#####....." of `width` cells for a fraction of 0 to 1, in block characters.
std::string bar(double fraction, int width);
/// Whether stdout is a terminal.
bool on_terminal();

// The verbs, each in its file.
void add_classify(CLI::App& app, Context& context);
void add_match(CLI::App& app, Context& context);
void add_illustrate(CLI::App& app, Context& context);
void add_embed(CLI::App& app, Context& context);
void add_tokenize(CLI::App& app, Context& context);
void add_preprocess(CLI::App& app, Context& context);
void add_inspect(CLI::App& app, Context& context);
void add_convert(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_bench(CLI::App& app, Context& context);
void add_eval(CLI::App& app, Context& context);
void add_tokenizer(CLI::App& app, Context& context);
void add_train(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_index(CLI::App& app, Context& context);
void add_library(CLI::App& app, Context& context);
void add_describe(CLI::App& app, Context& context);

}  // namespace tandem::cli
