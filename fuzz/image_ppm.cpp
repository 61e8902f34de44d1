#include "image_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const char kind[] = {'P', static_cast<char>(size < 2 ? '6' : '1' + data[1] % 6), '\0'};
  return tandem_fuzz::try_to_decode(tandem_fuzz::with_magic(data, size, kind));
}
