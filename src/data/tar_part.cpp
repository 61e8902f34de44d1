// Samples of a WebDataset tar.
#include <fmt/core.h>

#include <cstring>
#include <filesystem>

#include "base/fail.h"
#include "base/files.h"
#include "data/digest.h"
#include "data/picture_names.h"
#include "data/printable.h"
#include "data/sample_part.h"
#include "data/tar_index.h"

namespace tandem {
namespace {

// All members of one sample together.
constexpr uint64_t kMaxSampleBytes = 1 << 30;

TarReader::ReadAt reader_of(const InputFile& file) {
  return [&file](uint64_t offset, std::span<std::byte> out) { file.read_at(offset, out); };
}

TarReader::ReadAt reader_of(const std::string& bytes) {
  return [&bytes](uint64_t offset, std::span<std::byte> out) {
    std::memcpy(out.data(), bytes.data() + offset, out.size());
  };
}

const std::string& shown(const InputFile& file, const PartRequest& request) {
  return request.shown.empty() ? file.path() : request.shown;
}

/// The kept index, or a new one, which is then kept.
TarIndex find_index(const InputFile& file, const PartRequest& request) {
  const auto make = [&] {
    return index_tar(reader_of(file), file.size(), shown(file, request), *request.config,
                     request.texts_required, request.progress);
  };
  if (request.cache.empty()) return make();
  const std::string kept =
      fmt::format("{}/tar-{}.index", request.cache,
                  digest_of(std::filesystem::absolute(file.path()).lexically_normal().string() +
                            "\n" + describe_selection(*request.config, request.texts_required)));
  try {
    if (auto index = parse_tar_index(read_file(kept), file.size(), file.modified_ns()))
      return std::move(*index);
  } catch (const Error&) {
    // Not there yet, or unreadable: made anew.
  }
  TarIndex index = make();
  try {
    write_file(kept, to_bytes(index, file.size(), file.modified_ns()));
  } catch (const Error&) {
    // A full or read-only cache costs the next start a pass over the headers, nothing else.
  }
  return index;
}

class TarPart : public SamplePart {
 public:
  explicit TarPart(const PartRequest& request)
      : file_(request.path),
        shown_(shown(file_, request)),
        short_(request.shown.empty() ? file_.name() : printable(request.shown)),
        config_(*request.config),
        texts_required_(request.texts_required),
        pictures_(request.pictures),
        index_(find_index(file_, request)) {}

  int64_t size() const override { return static_cast<int64_t>(index_.samples.size()); }
  std::string fingerprint() const override { return index_.fingerprint; }

  std::string key(int64_t index) const override {
    const TarSpan span = index_.samples[static_cast<size_t>(index)];
    TarReader reader([&](uint64_t offset,
                         std::span<std::byte> out) { file_.read_at(span.offset + offset, out); },
                     span.size, shown_);
    const auto member = reader.next();
    return key_of(member ? split_name(member->name).key : "");
  }

  Sample read(int64_t index) const override {
    const TarSpan span = index_.samples[static_cast<size_t>(index)];
    if (span.size > kMaxSampleBytes)
      fail(ErrorKind::limit, "{}: has more than {} bytes; leave the sample out", key(index),
           kMaxSampleBytes);
    const std::string bytes = file_.read_at(span.offset, span.size);
    TarReader reader(reader_of(bytes), bytes.size(), shown_);
    Sample sample;
    for_each_sample(reader, [&](const TarSample& found) { take(found, bytes, sample); });
    if (sample.key.empty())
      fail(ErrorKind::io, "{}: changed after it was indexed; start again", shown_);
    return sample;
  }

 private:
  std::string key_of(std::string_view key) const { return short_ + ": " + printable(key); }

  void take(const TarSample& found, const std::string& bytes, Sample& sample) const {
    sample.key = key_of(found.key);
    const TarMember* picture = found.picture(config_);
    if (!picture) fail(ErrorKind::io, "{}: changed after it was indexed; start again", shown_);
    const auto all = std::as_bytes(std::span(bytes)).subspan(picture->data, picture->size);
    if (pictures_) sample.picture.assign(all.begin(), all.end());
    fill_texts(found.record(config_, reader_of(bytes), sample.key), config_, texts_required_,
               sample);
  }

  InputFile file_;
  std::string shown_, short_;
  const SourceConfig& config_;
  bool texts_required_, pictures_;
  TarIndex index_;
};

}  // namespace

std::unique_ptr<SamplePart> open_tar_part(const PartRequest& request) {
  return std::make_unique<TarPart>(request);
}

}  // namespace tandem
