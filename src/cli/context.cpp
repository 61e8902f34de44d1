#include "cli/context.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "base/fail.h"
#include "base/files.h"
#include "base/hex.h"
#include "base/thread_pool.h"
#include "cli/checks.h"
#include "cli/progress.h"
#include "engine/engine.h"
#include "text/utf8.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

// What is taken for a picture in a folder; a file named on its own is always tried.
constexpr std::array kPictureEndings = {".jpg",  ".jpeg", ".jpe", ".png",  ".webp", ".gif",
                                        ".bmp",  ".dib",  ".tif", ".tiff", ".heic", ".heif",
                                        ".avif", ".ppm",  ".pgm", ".pbm",  ".pnm"};

bool looks_like_a_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return std::find(kPictureEndings.begin(), kPictureEndings.end(), ending) != kPictureEndings.end();
}

void collect_folder(const std::string& folder, std::vector<std::string>& found, Context& context) {
  std::error_code error;
  std::vector<std::string> here;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error))
    if (at->is_regular_file(error) && looks_like_a_picture(at->path()))
      here.push_back(at->path().string());
  if (error)
    context.complain(
        fmt::format("{}: cannot be read ({}); check its permissions", folder, error.message()));
  if (here.empty() && !error)
    context.complain(fmt::format("{}: holds no pictures; name another folder", folder));
  std::sort(here.begin(), here.end());
  found.insert(found.end(), here.begin(), here.end());
}

bool is_odd(const OrderedJson& value) {
  return value.is_string() &&
         invalid_utf8_offset(value.get_ref<const std::string&>()) != std::string::npos;
}

// "path_hex" beside a "path" that is no UTF-8; beside a list that holds such texts, one of all.
void add_digits(OrderedJson& value) {
  if (value.is_array())
    for (auto& item : value) add_digits(item);
  if (!value.is_object()) return;
  std::vector<std::pair<std::string, OrderedJson>> digits;
  for (auto& [key, member] : value.items()) {
    if (is_odd(member)) {
      digits.emplace_back(key + "_hex", to_hex(member.get<std::string>()));
    } else if (member.is_array() && std::any_of(member.begin(), member.end(), is_odd)) {
      OrderedJson list = OrderedJson::array();
      for (const auto& item : member)
        list.push_back(item.is_string() ? OrderedJson(to_hex(item.get<std::string>())) : item);
      digits.emplace_back(key + "_hex", std::move(list));
    } else {
      add_digits(member);
    }
  }
  for (auto& [key, member] : digits) value[key] = std::move(member);
}

}  // namespace

void Context::complain(const std::string& sentence) {
  ++failures;
  say(sentence);
}

void Context::remark(const std::string& sentence) const {
  if (!quiet) say(sentence);
}

void Context::print(const OrderedJson& line) const {
  OrderedJson whole = line;
  add_digits(whole);
  fmt::print("{}\n", to_line(whole));
}

LoadOptions Context::load_options() const {
  if (precision != "f32")
    fail(ErrorKind::unsupported, "--precision {} is not there yet; leave it at f32", precision);
  if (decode != "exact")
    fail(ErrorKind::unsupported, "--decode {} is not there yet; leave it at exact", decode);
  LoadOptions options = load;
  options.orient = orient == "auto";
  return options;
}

Model Context::load_model() {
  Model loaded = Model::load(model, load_options());
  for (const auto& rule : loaded.rules()) remark(rule);
  return loaded;
}

void add_output_flags(CLI::App& verb, Context& context) {
  verb.add_flag("--json", context.json, "one JSON value per line on stdout");
  verb.add_flag("--quiet", context.quiet, "no progress and no remarks on stderr");
  const auto use = [&context](int threads) {
    context.threads = threads;
    if (threads > 0) set_thread_count(threads);
  };
  verb.add_option_function<int>("--threads", use, "threads to use; 0: one for each CPU")
      ->check(CLI::Range(0, 1024))
      ->default_str("0");
}

void add_model_flags(CLI::App& verb, Context& context) {
  verb.add_option("--model", context.model,
                  "a model folder or file, or the name of a model in models/, $TANDEM_MODELS or "
                  "the user's data folder; without it, the built-in one")
      ->type_name("M")
      ->check(not_empty());
  verb.add_option("--backend", context.load.backend, "what computes")
      ->check(CLI::IsMember({"cpu", "ref", "torch"}))
      ->capture_default_str();
  verb.add_option("--device", context.load.device, "for --backend torch: cpu or cuda[:N]")
      ->capture_default_str();
  verb.add_option("--precision", context.precision, "numbers that the towers compute in")
      ->check(CLI::IsMember({"f32", "bf16", "int8"}))
      ->capture_default_str();
  verb.add_option("--tokenizer", context.load.tokenizer,
                  "a tokenizer file, for checkpoints that carry none")
      ->type_name("FILE");
  verb.add_option("--orient", context.orient, "turn photographs as their EXIF orientation asks")
      ->check(CLI::IsMember({"auto", "off"}))
      ->capture_default_str();
  verb.add_option("--decode", context.decode, "how pictures are decoded")
      ->check(CLI::IsMember({"exact", "fast"}))
      ->capture_default_str();
  verb.add_option("--max-pixels", context.load.max_pixels, "refuse larger pictures")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40))
      ->capture_default_str();
}

CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& description,
                   const std::string& example) {
  CLI::App* verb = app.add_subcommand(name, description);
  verb->footer("Example:\n  " + example);
  return *verb;
}

std::vector<std::string> collect_pictures(const std::vector<std::string>& paths, Context& context) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& path : paths) {
    if (fs::is_directory(path, error))
      collect_folder(path, found, context);
    else
      found.push_back(path);
  }
  return found;
}

void encode_each(const Model& model, const std::vector<std::string>& paths, bool normalised,
                 Context& context, const EachPicture& each) {
  const Output output = normalised ? Output::embeddings : Output::features;
  // Results on the same terminal are progress enough.
  Progress progress(static_cast<int64_t>(paths.size()), "pictures",
                    !context.quiet && !on_terminal());
  const auto deliver = [&](const std::string& path, std::span<const float> values,
                           const Error* error) {
    if (error) context.complain(error->what());
    each(path, values, error);
    progress.advance();
  };
  const auto from_stdin = [&] {
    try {
      const std::string bytes = read_stdin();
      const RgbImage picture =
          model.engine().load_picture(std::as_bytes(std::span(bytes)), "standard input");
      const auto values = model.engine().encode_pictures({&picture, 1}, output);
      deliver("-", values.row(0), nullptr);
    } catch (const Error& error) {
      deliver("-", {}, &error);
    }
  };
  for (auto begin = paths.begin(); begin != paths.end();) {
    if (*begin == "-") {
      from_stdin();
      ++begin;
      continue;
    }
    const auto end = std::find(begin, paths.end(), "-");
    const std::span<const std::string> files(begin, end);
    model.engine().encode_files(files, output,
                                [&](size_t i, std::span<const float> values, const Error* error) {
                                  deliver(files[i], values, error);
                                });
    begin = end;
  }
}

std::vector<Line> read_lines(const std::string& path) {
  std::istringstream text(path == "-" ? read_stdin() : read_file(path));
  std::vector<Line> lines;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos) continue;
    lines.push_back({number, line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1)});
  }
  if (lines.empty()) fail(ErrorKind::bad_input, "{}: holds no text; write one a line", path);
  return lines;
}

std::vector<std::string> read_texts(const std::string& path) {
  std::vector<std::string> texts;
  for (auto& line : read_lines(path)) {
    if (const size_t at = invalid_utf8_offset(line.text); at != std::string::npos)
      fail(ErrorKind::bad_input,
           "{}: line {}: is no UTF-8 at its byte {}; convert the file to UTF-8", path, line.number,
           at + 1);
    texts.push_back(std::move(line.text));
  }
  return texts;
}

std::string bar(double fraction, int width) {
  // Eighths of a cell, U+2588 FULL BLOCK to U+258F LEFT ONE EIGHTH BLOCK.
  const int eighths = static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * width * 8));
  std::string cells;
  for (int i = 0; i < width; ++i) {
    const int filled = std::clamp(eighths - 8 * i, 0, 8);
    cells += filled == 0 ? " " : std::string("\xe2\x96") + static_cast<char>(0x90 - filled);
  }
  return cells;
}

bool on_terminal() { return ::isatty(STDOUT_FILENO) != 0; }

}  // namespace tandem::cli
