// Vector files: what opens has rows inside the file, and every id and row can be read.
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "base/files.h"
#include "search/vector_file.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem;
  static const std::string path =
      (std::filesystem::temp_directory_path() / ("tandem-fuzz-" + std::to_string(::getpid())))
          .string();
  // An input is short: it stands for a file whose first page is mostly zeros.
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size > 8) bytes.insert(8, 4096 - 8, '\0');
  tandem_fuzz::expect_value_or_error([&] {
    write_file(path, bytes);
    const VectorFile file = VectorFile::open(path);
    if (file.stride() < file.width()) std::abort();
    std::vector<float> row(static_cast<size_t>(file.width()));
    for (int64_t i = 0; i < file.rows(); ++i) {
      file.copy_row(i, row.data());
      file.row_of(file.ids()[i]);
    }
  });
  return 0;
}
