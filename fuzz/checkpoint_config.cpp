// Arbitrary JSON as each of the configs of a model's folder.
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "checkpoint/config_difference.h"
#include "checkpoint/config_hugging_face.h"
#include "checkpoint/config_open_clip.h"
#include "model/weight_table.h"
#include "touch.h"

namespace {

using namespace tandem;

// What a layout says of a config is that config, where it can say it at all.
void write_again(const OpenClipConfig& config) {
  const auto written = open_clip_config(config.model, config.preprocess, config.cleaning, false);
  const auto again = parse_open_clip_config(parse_json(to_line(written), "written"), "written");
  if (first_difference(config.model, again.model) ||
      describe(config.preprocess) != describe(again.preprocess))
    std::abort();
}

void write_again(const PreprocessConfig& config) {
  const auto written = parse_json(to_line(image_processor_config(config)), "written");
  if (describe(parse_image_processor(written, "written", {config.height, config.width})) !=
      describe(config))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Json json;
  const bool parsed = [&] {
    try {
      json = parse_json(text, "config.json");
      return true;
    } catch (const Error&) {
      return false;
    }
  }();
  if (!parsed) return 0;
  tandem_fuzz::expect_value_or_error(
      [&] { weight_table(parse_hugging_face_config(json, "config.json")); });
  tandem_fuzz::expect_value_or_error([&] {
    write_again(parse_image_processor(json, "preprocessor_config.json", {224, 224}));
  });
  tandem_fuzz::expect_value_or_error([&] {
    const auto config = parse_open_clip_config(json, "open_clip_config.json");
    weight_table(config.model);
    write_again(config);
  });
  return 0;
}
