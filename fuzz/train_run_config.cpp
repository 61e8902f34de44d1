#include "touch.h"
#include "train/run_config.h"

namespace {

// What was read is written so that it reads the same.
void round_trip(const tandem::RunConfig& config) {
  const std::string written = tandem::to_toml(config);
  if (tandem::to_toml(tandem::parse_run_config(written, "written again", "", {})) != written)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  tandem_fuzz::expect_value_or_error([&] {
    const auto config = tandem::parse_run_config(text, "input", "", {});
    round_trip(config);
    tandem::validate(config);
  });
  for (const char* key : {"out", "data.train", "schedule.kind", "compute.batch_size"})
    tandem_fuzz::expect_value_or_error([&] {
      round_trip(tandem::parse_run_config("", "input", "", {{key, text}}));
    });
  return 0;
}
