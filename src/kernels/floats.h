// Owned, aligned memory for numbers.
#pragma once

#include <cstdint>
#include <memory>

namespace tandem::cpu {

/// `size` floats on a cache line's boundary, in huge pages where they are many and the system
/// has them; not initialised. Move only.
class Floats {
 public:
  Floats() = default;
  /// Errors: limit where there is no memory for them.
  explicit Floats(int64_t size);

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct Free {
    void operator()(float* memory) const;
  };
  std::unique_ptr<float[], Free> data_;
  int64_t size_ = 0;
};

}  // namespace tandem::cpu
