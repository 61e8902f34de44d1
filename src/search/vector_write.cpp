#include <cstring>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "data/digest.h"
#include "search/vector_layout.h"

namespace tandem {
namespace {

constexpr size_t kBuffer = size_t{1} << 20;

/// Rows one after the other; ids and scales wait in memory for the end.
class Writer {
 public:
  Writer(const std::string& path, VectorFormat format, int width)
      : path_(path), format_(format), width_(width), file_(path), layout_(format, 0, width) {
    if (!layout_.valid())
      fail(ErrorKind::bad_input, "{}: vectors of {} numbers cannot be kept", path, width);
    buffer_.resize(kVectorsBegin);
    std::memcpy(buffer_.data(), kVectorMagic, sizeof kVectorMagic);
  }

  void add(int64_t id, std::span<const float> embedding) {
    if (static_cast<int>(embedding.size()) != width_)
      fail(ErrorKind::bad_input, "picture {}: its embedding has {} numbers, the others have {}", id,
           embedding.size(), width_);
    if (!ids_.empty() && id <= ids_.back())
      fail(ErrorKind::bad_input, "picture {} comes after {}; run `tandem library check`", id,
           ids_.back());
    ids_.push_back(id);
    const size_t at = buffer_.size();
    if (format_ == VectorFormat::f32) {
      buffer_.resize(at + layout_.stride() * sizeof(float));
      std::memcpy(buffer_.data() + at, embedding.data(), embedding.size_bytes());
    } else {
      buffer_.resize(at + layout_.stride());
      scales_.push_back(quantise(embedding, reinterpret_cast<int8_t*>(buffer_.data() + at)));
    }
    if (buffer_.size() >= kBuffer) flush();
  }

  void finish(const std::string& origin, int64_t generation) {
    flush();
    if (scales_.size() % 2 == 1) scales_.push_back(0);
    const auto ids = std::as_bytes(std::span(ids_)), scales = std::as_bytes(std::span(scales_));
    buffer_.insert(buffer_.end(), ids.begin(), ids.end());
    buffer_.insert(buffer_.end(), scales.begin(), scales.end());
    VectorFooter footer{.tail_check = check_of(buffer_),
                        .rows = ids_.size(),
                        .width = static_cast<uint32_t>(width_),
                        .format = static_cast<uint32_t>(format_),
                        .generation = generation};
    origin.copy(footer.origin, sizeof footer.origin);
    std::memcpy(footer.magic, kVectorMagic, sizeof kVectorMagic);
    footer.check = check_of(footer);
    flush();
    file_.write(std::as_bytes(std::span(&footer, 1)));
    file_.commit();
  }

 private:
  void flush() {
    check_interrupt();
    file_.write(buffer_);
    buffer_.clear();
  }

  std::string path_;
  VectorFormat format_;
  int width_;
  AtomicFile file_;
  VectorLayout layout_;
  std::vector<std::byte> buffer_;
  std::vector<int64_t> ids_;
  std::vector<float> scales_;
};

}  // namespace

uint64_t check_of(std::span<const std::byte> bytes) {
  return hash_of(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

uint64_t check_of(VectorFooter footer) {
  footer.check = 0;
  return check_of(std::as_bytes(std::span(&footer, 1)));
}

void write_vector_file(const std::string& path, VectorFormat format, const std::string& origin,
                       int width, const EmbeddingSource& each) {
  Writer writer(path, format, width);
  const int64_t generation =
      each([&](int64_t id, std::span<const float> embedding) { writer.add(id, embedding); });
  writer.finish(origin, generation);
}

}  // namespace tandem
