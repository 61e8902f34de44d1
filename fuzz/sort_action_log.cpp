#include "sort/action_log.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  tandem_fuzz::expect_value_or_error([&] { tandem::parse_action_log(text, "input"); });
  return 0;
}
