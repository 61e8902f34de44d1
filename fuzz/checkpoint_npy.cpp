#include "checkpoint/npy.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tandem_fuzz::expect_value_or_error([&] {
    const tandem::TensorView array = tandem::parse_npy(tandem_fuzz::bytes_of(data, size), "input");
    tandem_fuzz::touch(array);
    // What was read is written so that it reads the same.
    std::string again = tandem::npy_header(array.dtype, array.shape);
    again.append(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
    const tandem::TensorView other =
        tandem::parse_npy(std::as_bytes(std::span(again)), "written again");
    if (other.dtype != array.dtype || other.shape != array.shape) std::abort();
  });
  return 0;
}
