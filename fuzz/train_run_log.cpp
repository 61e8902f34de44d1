#include "touch.h"
#include "train/run_log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  tandem_fuzz::expect_value_or_error([&] {
    tandem::report_page({tandem::parse_run_log(text, "input")});
    // What is kept is whole and of steps up to the given one.
    const std::string kept = tandem::log_until(text, "input", 5);
    if (tandem::log_until(kept, "kept", 5) != kept) std::abort();
  });
  return 0;
}
