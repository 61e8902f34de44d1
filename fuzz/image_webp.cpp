#include "image_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes = tandem_fuzz::with_magic(data, size, "RIFF");
  bytes = tandem_fuzz::with_magic(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
                                  "WEBPVP8", 8);
  return tandem_fuzz::try_to_decode(bytes);
}
