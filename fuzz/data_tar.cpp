// Tars: each sample that the index finds is read with its texts; and kept indices.
#include <cstring>

#include "data/tar_index.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem;
  const TarReader::ReadAt read = [&](uint64_t offset, std::span<std::byte> out) {
    if (offset > size || out.size() > size - offset) std::abort();
    std::memcpy(out.data(), data + offset, out.size());
  };
  SourceConfig config;
  config.texts = {{"text"}, {"txt"}, {"a.b[1]"}};
  config.where = {{"source", {"x"}}};
  TarIndex index;
  tandem_fuzz::expect_value_or_error(
      [&] { index = index_tar(read, size, "input", config, true, {}); });
  for (const TarSpan& span : index.samples) {
    const TarReader::ReadAt read_span = [&](uint64_t offset, std::span<std::byte> out) {
      if (offset > span.size || out.size() > span.size - offset) std::abort();
      read(span.offset + offset, out);
    };
    tandem_fuzz::expect_value_or_error([&] {
      TarReader reader(read_span, span.size, "input");
      int samples = 0;
      for_each_sample(reader, [&](const TarSample& sample) {
        ++samples;
        if (!sample.picture(config)) std::abort();
        texts_of(sample.record(config, read_span, sample.key), config, {});
      });
      if (samples != 1) std::abort();
    });
  }
  // What is written is read again; foreign bytes are refused or lie inside the file.
  const auto again = parse_tar_index(to_bytes(index, size, 1), size, 1);
  if (size > 0 && !index.fingerprint.empty() &&
      (!again || again->samples.size() != index.samples.size()))
    std::abort();
  parse_tar_index({reinterpret_cast<const char*>(data), size}, 100, 1);
  return 0;
}
