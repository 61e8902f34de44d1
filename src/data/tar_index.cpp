#include "data/tar_index.h"

#include <algorithm>
#include <cstring>

#include "base/fail.h"
#include "base/interrupt.h"
#include "data/digest.h"
#include "data/picture_names.h"
#include "data/printable.h"

namespace tandem {
namespace {

// The JSON and texts of a sample; a caption is below a kilobyte.
constexpr uint64_t kMaxTextBytes = 16 << 20;

bool is_json(std::string_view extension) {
  return extension == "json" || extension.ends_with(".json");
}

/// Whether a file is a text that the source's configuration speaks of.
bool is_text(const std::string& extension, const SourceConfig& config) {
  if (extension == config.label_key || extension == kLabelFile) return true;
  if (config.where.contains(extension)) return true;
  if (config.texts.empty())
    return std::find(std::begin(kUsualTextFields), std::end(kUsualTextFields), extension) !=
           std::end(kUsualTextFields);
  return std::any_of(config.texts.begin(), config.texts.end(),
                     [&](const TextChoice& choice) { return choice.field == extension; });
}

bool belongs(const TarSample& sample, const SourceConfig& config, const TarReader::ReadAt& read,
             bool texts_required) {
  if (!sample.picture(config)) return false;
  const bool may_have_text = std::any_of(
      sample.members.begin(), sample.members.end(),
      [&](const auto& member) { return is_json(member.first) || is_text(member.first, config); });
  if (texts_required && !may_have_text) return false;
  return is_wanted(config, [&] { return sample.record(config, read, sample.key); });
}

constexpr std::string_view kMagic = "TANDEMI1";
constexpr size_t kHexDigits = 32;
constexpr size_t kFront = kMagic.size() + 3 * sizeof(uint64_t) + kHexDigits;

template <class Word>
Word word_at(std::string_view bytes, size_t at) {
  Word word;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

template <class Word>
void append_word(std::string& bytes, Word word) {
  bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
}

}  // namespace

const TarMember* TarSample::picture(const SourceConfig& config) const {
  if (config.image_keys.empty()) {
    for (const auto& member : members)
      if (is_one_of(member.first, picture_extensions())) return &member.second;
    return nullptr;
  }
  for (const std::string& wanted : config.image_keys)
    for (const auto& member : members)
      if (is_one_of(member.first, {wanted})) return &member.second;
  return nullptr;
}

Record TarSample::record(const SourceConfig& config, const TarReader::ReadAt& read,
                         const std::string& name) const {
  Record record;
  const TarMember* json = nullptr;
  for (const auto& member : members) {
    const bool chosen = is_json(member.first) && (!json || member.first == "json");
    if (chosen) json = &member.second;
    const bool text = is_text(member.first, config);
    if (!chosen && !text) continue;
    if (member.second.size > kMaxTextBytes)
      fail(ErrorKind::limit, "{}: its .{} is longer than {} bytes; leave the sample out", name,
           printable(member.first), kMaxTextBytes);
    if (!text) continue;
    std::string contents(member.second.size, '\0');
    read(member.second.data, std::as_writable_bytes(std::span(contents)));
    record.add(member.first, std::move(contents));
  }
  if (json) {
    std::string contents(json->size, '\0');
    read(json->data, std::as_writable_bytes(std::span(contents)));
    record.set_fields(contents, name);
  }
  return record;
}

void for_each_sample(TarReader& reader, const std::function<void(const TarSample&)>& found) {
  TarSample sample;
  while (auto member = reader.next()) {
    SplitName split = split_name(member->name);
    if (split.extension.empty()) continue;
    if (split.key != sample.key && !sample.members.empty()) {
      found(sample);
      sample.members.clear();
    }
    sample.key = split.key;
    sample.members.emplace_back(std::move(split.extension), std::move(*member));
  }
  if (!sample.members.empty()) found(sample);
}

TarIndex index_tar(const TarReader::ReadAt& read, uint64_t size, const std::string& name,
                   const SourceConfig& config, bool texts_required,
                   const std::function<void(int64_t)>& progress) {
  constexpr int64_t kTellEvery = 4096;
  TarIndex index;
  Digest digest;
  TarReader reader(read, size, name);
  for_each_sample(reader, [&](const TarSample& sample) {
    if (!belongs(sample, config, read, texts_required)) return;
    const TarMember& last = sample.members.back().second;
    const uint64_t begin = sample.members.front().second.begin;
    index.samples.push_back({begin, last.data + last.size - begin});
    digest.add(sample.key);
    digest.add(begin);
    digest.add(index.samples.back().size);
    if (const auto count = static_cast<int64_t>(index.samples.size()); count % kTellEvery == 0) {
      check_interrupt();
      if (progress) progress(count);
    }
  });
  index.samples.shrink_to_fit();
  index.fingerprint = digest.hex();
  return index;
}

std::string to_bytes(const TarIndex& index, uint64_t tar_size, int64_t tar_modified_ns) {
  std::string bytes(kMagic);
  append_word(bytes, tar_size);
  append_word(bytes, tar_modified_ns);
  append_word(bytes, uint64_t{index.samples.size()});
  bytes += index.fingerprint;
  bytes.append(reinterpret_cast<const char*>(index.samples.data()),
               index.samples.size() * sizeof(TarSpan));
  return bytes + digest_of(bytes);
}

std::optional<TarIndex> parse_tar_index(std::string_view bytes, uint64_t tar_size,
                                        int64_t tar_modified_ns) {
  if (bytes.size() < kFront + kHexDigits || !bytes.starts_with(kMagic)) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - kHexDigits);
  const auto count = word_at<uint64_t>(body, kMagic.size() + 16);
  const size_t span_bytes = body.size() - kFront;
  if (word_at<uint64_t>(body, kMagic.size()) != tar_size ||
      word_at<int64_t>(body, kMagic.size() + 8) != tar_modified_ns ||
      span_bytes % sizeof(TarSpan) != 0 || span_bytes / sizeof(TarSpan) != count ||
      digest_of(body) != bytes.substr(body.size()))
    return std::nullopt;
  TarIndex index;
  index.fingerprint = body.substr(kFront - kHexDigits, kHexDigits);
  index.samples.resize(count);
  if (count > 0) std::memcpy(index.samples.data(), body.data() + kFront, span_bytes);
  uint64_t end = 0;
  for (const TarSpan& span : index.samples) {
    if (span.offset < end || span.offset > tar_size || span.size > tar_size - span.offset)
      return std::nullopt;
    end = span.offset + span.size;
  }
  return index;
}

}  // namespace tandem
