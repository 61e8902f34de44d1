#include "image_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace std::string_view_literals;
  const bool big_endian = size > 0 && data[0] == 'M';
  return tandem_fuzz::try_to_decode(
      tandem_fuzz::with_magic(data, size, big_endian ? "MM\0\x2a"sv : "II"sv));
}
