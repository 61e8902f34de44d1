#include "checkpoint/torch_file.h"
#include "checkpoint/zip.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tandem_fuzz::expect_value_or_error([&] {
    const auto bytes = tandem_fuzz::bytes_of(data, size);
    if (tandem::is_zip(bytes)) return;  // the other fuzzer's
    const tandem::TensorStore store =
        tandem::state_dict_of(tandem::parse_torch_file(bytes, "input"));
    for (const auto& [name, tensor] : store.tensors) tandem_fuzz::touch(tensor);
  });
  return 0;
}
