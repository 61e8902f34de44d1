#include "base/json.h"

#include <nlohmann/json.hpp>

#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tandem_fuzz::expect_value_or_error([&] {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string line = tandem::to_line(tandem::parse_json(text, "input"));
    // What was read is written so that it reads the same.
    if (tandem::to_line(tandem::parse_json(line, "written again")) != line) std::abort();
  });
  return 0;
}
