#include "image_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return tandem_fuzz::try_to_decode(tandem_fuzz::with_magic(data, size, "ftypavif", 4));
}
