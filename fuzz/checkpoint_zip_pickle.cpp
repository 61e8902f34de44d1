// An archive where the input begins as one; else a pickle, as if it were an
// archive's data.pkl and every storage that it names were there.
#include "checkpoint/torch_file.h"
#include "checkpoint/zip.h"
#include "touch.h"

namespace {

constexpr int64_t kMaxStorage = 1 << 16;

tandem::TorchFile around_pickle(std::span<const std::byte> bytes) {
  tandem::TorchFile file;
  file.name = "input";
  file.file_bytes = bytes.size();
  file.pickle = tandem::parse_pickle(bytes, file.name);
  for (const auto& [key, storage] : file.pickle.storages) {
    if (storage.elements > kMaxStorage || file.buffers.size() > 16)
      throw tandem::Error(tandem::ErrorKind::limit, "more than a fuzzer wants");
    const auto elements = static_cast<size_t>(storage.elements);
    file.storages[key] = file.buffers.emplace_back(elements * tandem::size_of(storage.dtype));
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tandem_fuzz::expect_value_or_error([&] {
    const auto bytes = tandem_fuzz::bytes_of(data, size);
    const tandem::TensorStore store = tandem::state_dict_of(
        tandem::is_zip(bytes) ? tandem::parse_torch_file(bytes, "input") : around_pickle(bytes));
    for (const auto& [name, tensor] : store.tensors) tandem_fuzz::touch(tensor);
  });
  return 0;
}
