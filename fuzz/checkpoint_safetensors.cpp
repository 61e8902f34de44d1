#include "checkpoint/safetensors.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tandem_fuzz::expect_value_or_error([&] {
    const auto content = tandem::parse_safetensors(tandem_fuzz::bytes_of(data, size), "input");
    for (const auto& [name, tensor] : content.tensors) tandem_fuzz::touch(tensor);
  });
  return 0;
}
