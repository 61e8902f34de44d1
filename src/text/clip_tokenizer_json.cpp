#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/fail.h"
#include "base/files.h"
#include "base/json.h"
#include "text/learn_bpe.h"
#include "text/tokenizer.h"

namespace tandem {
namespace {

constexpr const char* kStart = "<|startoftext|>";
constexpr const char* kEnd = "<|endoftext|>";
constexpr const char* kSplit =
    R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";  // clip/simple_tokenizer.py

OrderedJson regex(const char* pattern) { return {{"Regex", pattern}}; }

/// `normalized`: the published file looks for the start in lowered text, for the end in the raw.
OrderedJson added_token(const char* content, int64_t id, bool normalized) {
  return {{"id", id},        {"content", content},       {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", normalized}, {"special", true}};
}

OrderedJson vocabulary_of(std::span<const Vocabulary::Pair> merges) {
  OrderedJson vocabulary = OrderedJson::object();
  // Its own insertion looks through all keys; these are known to differ.
  auto& entries = vocabulary.get_ref<OrderedJson::object_t&>();
  const auto add = [&](const std::string& spelling) {
    entries.emplace_back(spelling, static_cast<int64_t>(entries.size()));
  };
  for (const uint8_t byte : byte_order()) add(byte_spelling(byte));
  for (const uint8_t byte : byte_order()) add(byte_spelling(byte) + std::string(kEndOfWord));
  for (const auto& [left, right] : merges) add(left + right);
  add(kStart);
  add(kEnd);
  return vocabulary;
}

}  // namespace

std::string clip_tokenizer_json(std::span<const Vocabulary::Pair> merges) {
  const auto start = static_cast<int64_t>(merges.size()) + 512, end = start + 1;
  OrderedJson ranked = OrderedJson::array();
  for (const auto& [left, right] : merges) ranked.push_back(fmt::format("{} {}", left, right));
  const OrderedJson space{{"type", "Replace"}, {"pattern", regex(R"(\s+)")}, {"content", " "}};
  const OrderedJson split{
      {"type", "Split"}, {"pattern", regex(kSplit)}, {"behavior", "Removed"}, {"invert", true}};
  const OrderedJson bytes{
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}};
  OrderedJson file{{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}};
  file["added_tokens"] = {added_token(kStart, start, true), added_token(kEnd, end, false)};
  file["normalizer"] = {{"type", "Sequence"},
                        {"normalizers", {{{"type", "NFC"}}, space, {{"type", "Lowercase"}}}}};
  file["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", {split, bytes}}};
  file["post_processor"] = {{"type", "RobertaProcessing"},
                            {"sep", {kEnd, end}},
                            {"cls", {kStart, start}},
                            {"trim_offsets", false},
                            {"add_prefix_space", false}};
  file["decoder"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}};
  file["model"] = {{"type", "BPE"},
                   {"dropout", nullptr},
                   {"unk_token", kEnd},
                   {"continuing_subword_prefix", ""},
                   {"end_of_word_suffix", kEndOfWord},
                   {"fuse_unk", false},
                   {"vocab", vocabulary_of(merges)},
                   {"merges", ranked}};
  return to_line(file) + "\n";
}

void write_clip_tokenizer(std::span<const Vocabulary::Pair> merges, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    fail(ErrorKind::io, "{}: cannot be made ({}); choose another folder", folder, error.message());
  const std::string path = (std::filesystem::path(folder) / "tokenizer.json").string();
  write_file(path, clip_tokenizer_json(merges));
  // The other files say the same in other words: they are written from what this one opens as.
  Tokenizer::load({.tokenizer_json = path}).write(folder);
}

}  // namespace tandem
