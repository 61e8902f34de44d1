#include "verify/tokens_stage.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "base/fail.h"
#include "base/files.h"
#include "checkpoint/safetensors.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

namespace tandem {
namespace {

using Report = std::function<void(const VerifyLine&)>;

/// Comparisons of one name, in the order in which names first came.
class Tally {
 public:
  void add(const std::string& name, bool equal, const std::function<std::string()>& detail) {
    const auto found = std::find_if(lines_.begin(), lines_.end(),
                                    [&](const VerifyLine& line) { return line.tensor == name; });
    VerifyLine& line = found != lines_.end() ? *found : lines_.emplace_back();
    line.tensor = name;
    if (equal) return;
    if (line.max_abs == 0) line.detail = detail();
    line.max_abs += 1;
  }

  void report(const std::string& layout, const Report& report) {
    for (VerifyLine& line : lines_) {
      line.layout = layout;
      line.ok = line.max_abs == 0;
      report(line);
    }
  }

 private:
  std::vector<VerifyLine> lines_;
};

std::string join(const std::string& folder, const Json& file) {
  return (std::filesystem::path(folder) / file.get<std::string>()).lexically_normal().string();
}

std::vector<Json> read_lines(const std::string& path) {
  const std::string text = read_file(path);
  std::vector<Json> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin)
      lines.push_back(parse_json(std::string_view(text).substr(begin, end - begin),
                                 path + " line " + std::to_string(lines.size() + 1)));
    begin = end + 1;
  }
  return lines;
}

template <class Value>
std::string differs(size_t line, const Value& got, const Json& wanted) {
  std::string left = to_line(Json(got)), right = to_line(wanted);
  constexpr size_t kMost = 200;
  if (left.size() > kMost) left = left.substr(0, kMost) + "...";
  if (right.size() > kMost) right = right.substr(0, kMost) + "...";
  return "line " + std::to_string(line) + ": " + left + " instead of " + right;
}

template <class Value>
void compare(Tally& tally, const std::string& name, size_t line, const Value& got,
             const Json& wanted) {
  tally.add(name, wanted == Json(got), [&] { return differs(line, got, wanted); });
}

// ---- openai ----

void judge_openai_lines(const Tokenizer& tokenizer, const std::vector<Json>& lines, Tally& tally) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const Json& line = lines[i];
    const std::string text = line.at("text"), group = line.value("group", "lines");
    compare(tally, group + ".ids", i, tokenizer.encode(text), line.at("ids"));
    compare(tally, group + ".cleaned", i, tokenizer.clean(text), line.at("cleaned"));
    const std::vector<int32_t> ids = line.at("ids");
    compare(tally, group + ".decoded", i, tokenizer.decode(ids), line.at("decoded"));
  }
}

bool is_refused(const Tokenizer& tokenizer, const std::string& text, int context_length) {
  try {
    tokenizer.encode_row(text, context_length, /*truncate=*/false);
    return false;
  } catch (const Error&) {
    return true;
  }
}

void judge_refusals(const Tokenizer& tokenizer, const std::vector<Json>& lines,
                    const std::vector<int64_t>& judged, const Json& listed, int context_length,
                    const std::string& name, Tally& tally) {
  const std::set<int64_t> refused = listed;
  std::set<int64_t> all(judged.begin(), judged.end());
  all.insert(refused.begin(), refused.end());
  for (const int64_t index : all) {
    const auto i = static_cast<size_t>(index);
    const bool wanted = refused.count(index) != 0;
    compare(tally, name, i, is_refused(tokenizer, lines.at(i).at("text"), context_length), wanted);
  }
}

std::vector<int64_t> every_line(size_t count) {
  std::vector<int64_t> indices(count);
  for (size_t i = 0; i < count; ++i) indices[i] = static_cast<int64_t>(i);
  return indices;
}

/// "raises_without_truncate": {"77": [...]} judges the padded lines, a list
/// "raises_without_truncate_77_all_lines" all of them.
void judge_all_refusals(const Tokenizer& tokenizer, const std::vector<Json>& lines,
                        const Json& padded, const std::vector<int64_t>& padded_lines,
                        Tally& tally) {
  const std::string prefix = "raises_without_truncate";
  for (const auto& [key, value] : padded.items()) {
    if (key.compare(0, prefix.size(), prefix) != 0) continue;
    if (value.is_object()) {
      for (const auto& [context, listed] : value.items())
        judge_refusals(tokenizer, lines, padded_lines, listed, std::stoi(context),
                       key + "." + context, tally);
    } else {
      judge_refusals(tokenizer, lines, every_line(lines.size()), value,
                     std::stoi(key.substr(prefix.size() + 1)), key, tally);
    }
  }
}

// ---- padded tensors ----

struct PaddedName {
  std::string cleaning;  ///< empty for openai
  int context_length;
};

/// "ids77", "lower_ids32".
std::optional<PaddedName> parse_padded_name(const std::string& name) {
  const size_t ids = name.find("ids");
  if (ids == name.npos || (ids != 0 && name[ids - 1] != '_')) return std::nullopt;
  const std::string digits = name.substr(ids + 3);
  if (digits.empty() || digits.size() > 6 || digits.find_first_not_of("0123456789") != digits.npos)
    return std::nullopt;
  return PaddedName{name.substr(0, ids == 0 ? 0 : ids - 1), std::stoi(digits)};
}

void judge_padded(const Tokenizer& tokenizer, const std::vector<Json>& lines,
                  const std::vector<int64_t>& line_of_row, const TensorView& tensor,
                  const std::string& name, int context_length, Tally& tally) {
  const std::vector<int64_t> wanted = to_int64(tensor);
  const auto width = static_cast<size_t>(context_length);
  if (wanted.size() != line_of_row.size() * width)
    fail(ErrorKind::bad_model, "the tensor \"{}\" of the case has not {} rows of {}; make it anew",
         name, line_of_row.size(), width);
  for (size_t row = 0; row < line_of_row.size(); ++row) {
    const auto i = static_cast<size_t>(line_of_row[row]);
    const TokenRow tokens =
        tokenizer.encode_row(lines.at(i).at("text").get<std::string>(), context_length);
    std::vector<int64_t> got(tokens.ids.begin(), tokens.ids.end());
    got.resize(width, tokenizer.pad_id());
    const std::vector<int64_t> expected(wanted.begin() + static_cast<int64_t>(row * width),
                                        wanted.begin() + static_cast<int64_t>((row + 1) * width));
    compare(tally, name, i, got, Json(expected));
  }
}

/// Reads the case's padded tensors and hands each to `judge`, with its lines.
template <class Judge>
std::vector<int64_t> for_each_padded(const std::string& folder, const Json& case_json,
                                     const Judge& judge) {
  const Json& files = case_json.at("files");
  if (!files.contains("padded")) return {};
  const TensorStore store = read_safetensors(join(folder, files.at("padded")));
  const TensorView* listed = store.find("lines_padded");
  if (listed == nullptr)
    fail(ErrorKind::bad_model, "{}: has no tensor \"lines_padded\"; make the case anew", folder);
  const std::vector<int64_t> lines = to_int64(*listed);
  for (const auto& [name, tensor] : store.tensors)
    if (const auto parsed = parse_padded_name(name)) judge(name, *parsed, tensor, lines);
  return lines;
}

void verify_openai(const std::string& folder, const Json& case_json, const Report& report) {
  const Json& files = case_json.at("files");
  TokenizerFiles source;
  source.bpe_vocab = join(folder, files.at("vocab"));
  const Tokenizer tokenizer =
      Tokenizer::load(source, Cleaning::openai, case_json.value("vocab_size", 0));
  const std::vector<Json> lines = read_lines(join(folder, files.at("lines")));
  Tally tally;
  judge_openai_lines(tokenizer, lines, tally);
  const auto rows = for_each_padded(
      folder, case_json,
      [&](const std::string& name, const PaddedName& parsed, const TensorView& tensor,
          const std::vector<int64_t>& line_of_row) {
        judge_padded(tokenizer, lines, line_of_row, tensor, name, parsed.context_length, tally);
      });
  judge_all_refusals(tokenizer, lines, case_json.value("padded", Json::object()), rows, tally);
  tally.report("openai", report);
}

// ---- open_clip ----

struct NamedCleaning {
  const char* name;
  Cleaning cleaning;
};
constexpr NamedCleaning kOpenClipCleanings[] = {
    {"lower", Cleaning::open_clip},
    {"whitespace", Cleaning::whitespace},
    {"canonicalize", Cleaning::canonicalize},
    {"whitespace_underscore", Cleaning::whitespace_underscore}};

void judge_open_clip_lines(const Tokenizer& tokenizer, const std::string& clean,
                           const std::vector<Json>& lines, Tally& tally) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const Json& line = lines[i];
    if (!line.contains(clean)) continue;
    const Json& wanted = line.at(clean);
    const std::string text = line.at("text");
    compare(tally, clean + ".ids", i, tokenizer.encode(text), wanted.at("ids"));
    compare(tally, clean + ".cleaned", i, tokenizer.clean(text), wanted.at("cleaned"));
    const std::string decoded = "decoded_" + clean;
    if (!line.contains(decoded)) continue;
    const std::vector<int32_t> ids = wanted.at("ids");
    compare(tally, clean + ".decoded", i, tokenizer.decode(ids), line.at(decoded));
  }
}

/// The lines for a tokenizer with additional special tokens.
void judge_extra_specials(const std::string& folder, const Json& case_json, TokenizerFiles source,
                          Tally& tally) {
  if (!case_json.contains("extra_special") || !case_json.at("files").contains("extra")) return;
  const Json& extra = case_json.at("extra_special");
  source.additional_specials =
      extra.at("additional_special_tokens").get<std::vector<std::string>>();
  const int vocab_size = case_json.value("vocab_size", 0);
  const Tokenizer tokenizer = Tokenizer::load(source, Cleaning::open_clip, vocab_size);
  const std::vector<Json> lines = read_lines(join(folder, case_json.at("files").at("extra")));
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::vector<int32_t> ids = lines[i].at("ids");
    compare(tally, "extra_special.ids", i, tokenizer.encode(lines[i].at("text").get<std::string>()),
            lines[i].at("ids"));
    compare(tally, "extra_special.decoded", i, tokenizer.decode(ids), lines[i].at("decoded"));
  }
}

void verify_open_clip(const std::string& folder, const Json& case_json, const Report& report) {
  const Json& files = case_json.at("files");
  TokenizerFiles source;
  source.bpe_vocab = join(folder, files.at("vocab"));
  const std::vector<Json> lines = read_lines(join(folder, files.at("lines")));
  Tally tally;
  for (const auto& [name, cleaning] : kOpenClipCleanings) {
    const std::string clean = name;
    const Tokenizer tokenizer = Tokenizer::load(source, cleaning, case_json.value("vocab_size", 0));
    judge_open_clip_lines(tokenizer, clean, lines, tally);
    for_each_padded(folder, case_json,
                    [&](const std::string& tensor_name, const PaddedName& parsed,
                        const TensorView& tensor, const std::vector<int64_t>& line_of_row) {
                      if (parsed.cleaning == clean)
                        judge_padded(tokenizer, lines, line_of_row, tensor, tensor_name,
                                     parsed.context_length, tally);
                    });
  }
  judge_extra_specials(folder, case_json, source, tally);
  tally.report("open_clip", report);
}

// ---- hf ----

/// `backend_decoded` as CLIPTokenizerFast shows it: blanks for "</w>", none at the ends.
std::string shown(std::string text) {
  const std::string end_of_word = "</w>";
  for (size_t at; (at = text.find(end_of_word)) != text.npos;)
    text.replace(at, end_of_word.size(), " ");
  return std::string(strip_python_space(text));
}

void judge_hf(const Tokenizer& tokenizer, const std::vector<Json>& lines, const std::string& layout,
              const Report& report) {
  Tally tally;
  for (size_t i = 0; i < lines.size(); ++i) {
    const Json& line = lines[i];
    const std::string text = line.at("text");
    const std::vector<int32_t> ids = line.at("ids_with_special");
    compare(tally, "ids", i, tokenizer.encode(text), line.at("ids"));
    const int whole = static_cast<int>(ids.size()) + 1;
    compare(tally, "ids_with_special", i, tokenizer.encode_row(text, whole).ids, Json(ids));
    if (line.contains("backend_decoded"))
      compare(tally, "decoded", i, tokenizer.decode(ids, /*skip_specials=*/true),
              Json(shown(line.at("backend_decoded"))));
  }
  tally.report(layout, report);
}

void verify_hf(const std::string& folder, const Json& case_json, const Report& report) {
  const Json& files = case_json.at("files");
  const auto path = [&](const char* key) {
    return files.contains(key) ? join(folder, files.at(key)) : std::string();
  };
  const std::vector<Json> lines = read_lines(join(folder, files.at("lines")));
  TokenizerFiles pipeline, pair;
  pipeline.tokenizer_config = pair.tokenizer_config = path("config");
  pipeline.special_tokens_map = pair.special_tokens_map = path("special_tokens_map");
  pipeline.tokenizer_json = path("tokenizer");
  pair.vocab = path("vocab");
  pair.merges = path("merges");
  if (!pipeline.tokenizer_json.empty())
    judge_hf(Tokenizer::load(pipeline, Cleaning::hugging_face), lines, "tokenizer.json", report);
  // The lines are those of the Rust core: the pair takes the pipeline that
  // CLIPTokenizerFast makes of it, not OpenAI's cleaning.
  if (!pair.vocab.empty())
    judge_hf(Tokenizer::load(pair, Cleaning::hugging_face), lines, "vocab.json+merges.txt", report);
}

}  // namespace

void verify_tokens(const std::string& folder, const Json& case_json, const Report& report) {
  try {
    const std::string kind = case_json.at("kind");
    if (kind == "openai")
      verify_openai(folder, case_json, report);
    else if (kind == "open_clip")
      verify_open_clip(folder, case_json, report);
    else if (kind == "hf")
      verify_hf(folder, case_json, report);
    else
      fail(ErrorKind::unsupported, "{}: is a tokens case of the unknown kind \"{}\"", folder, kind);
  } catch (const Json::exception& error) {
    fail(ErrorKind::bad_model, "{}: is no tokens case ({}); make it anew", folder, error.what());
  } catch (const std::out_of_range&) {
    fail(ErrorKind::bad_model, "{}: names a line that it does not have; make it anew", folder);
  } catch (const std::invalid_argument&) {
    fail(ErrorKind::bad_model, "{}: names a context length that is no number; make it anew",
         folder);
  }
}

}  // namespace tandem
