#include "kernels/floats.h"

#include <sys/mman.h>

#include <cstdlib>

#include "base/fail.h"

namespace tandem::cpu {
namespace {

constexpr size_t kCacheLine = 64;
constexpr size_t kHugePage = size_t{2} << 20;

}  // namespace

Floats::Floats(int64_t size) : size_(size) {
  if (size == 0) return;
  size_t bytes = static_cast<size_t>(size) * sizeof(float);
  const size_t alignment = bytes >= 2 * kHugePage ? kHugePage : kCacheLine;
  bytes = (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, bytes) != 0)
    fail(ErrorKind::limit,
         "no memory for {} MB of numbers; use a smaller batch or a machine with more memory",
         bytes >> 20);
  data_.reset(static_cast<float*>(memory));
  // Fewer misses of the address cache while weights stream through; a mere wish.
  if (alignment == kHugePage) madvise(memory, bytes, MADV_HUGEPAGE);
}

void Floats::Free::operator()(float* memory) const { std::free(memory); }

}  // namespace tandem::cpu
