#include "verify/pixels_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/fail.h"
#include "base/mapped_file.h"
#include "checkpoint/safetensors.h"
#include "image/decode.h"
#include "image/preprocess.h"
#include "image/resize.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

Filter filter_named(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  constexpr std::pair<const char*, Filter> kFilters[] = {
      {"nearest", Filter::nearest}, {"box", Filter::box},         {"bilinear", Filter::bilinear},
      {"hamming", Filter::hamming}, {"bicubic", Filter::bicubic}, {"lanczos", Filter::lanczos},
      {"random", Filter::bicubic},  // open_clip's augmentation; bicubic when evaluating
  };
  for (const auto& [known, filter] : kFilters) {
    if (name == known) return filter;
  }
  fail(ErrorKind::bad_input, "the case asks for the filter \"{}\", which Pillow does not have",
       name);
}

ResizeMode resize_mode_named(const std::string& name) {
  if (name == "shortest") return ResizeMode::shortest;
  if (name == "longest") return ResizeMode::longest;
  if (name == "squash") return ResizeMode::squash;
  fail(ErrorKind::bad_input,
       "the case asks for the resize mode \"{}\"; known are shortest, longest and squash", name);
}

Image read_image(const std::string& path) {
  const MappedFile file(path);
  return decode_image(file.bytes(), path);
}

void read_norm(const Json& json, PreprocessConfig& config) {
  config.mean = json.at("mean").get<std::array<double, 3>>();
  config.std = json.at("std").get<std::array<double, 3>>();
}

// A picture of a mode that PNG lacks can be recorded as RGB alone.
Image as_png_holds(Image image) {
  switch (image.mode) {
    case Mode::pa:
    case Mode::cmyk:
    case Mode::ycbcr:
    case Mode::lab:
    case Mode::f: {
      RgbImage rgb = to_rgb(image);
      return {Mode::rgb, rgb.width, rgb.height, std::move(rgb.pixels), {}};
    }
    default: return image;
  }
}

// One case of preprocessing or resizing, and its items' common parts.
class PixelsCase {
 public:
  PixelsCase(const std::string& folder, const Json& json,
             const std::function<void(const VerifyLine&)>& report)
      : folder_(folder), json_(json), kind_(json.at("kind").get<std::string>()), report_(report) {
    if (kind_ != "openai" && kind_ != "open_clip" && kind_ != "resize") {
      fail(ErrorKind::unsupported,
           "{}: pixels of kind \"{}\" are none that Tandem knows; known are openai, open_clip and "
           "resize",
           folder, kind_);
    }
    if (json.contains("normalised")) {
      recorded_ = read_safetensors(path(json.at("normalised").get<std::string>()));
    }
  }

  void judge(const Json& item) const {
    const bool refused = item.contains("error");
    VerifyLine line{.layout = kind_, .tensor = name_of_item(item)};
    const std::string name = line.tensor;
    try {
      const Image computed = compute(item);
      line.tensor = name + (refused ? ".error" : ".pixels");
      if (refused) {
        line.detail = fmt::format("expected a refusal ({}), got a picture",
                                  item.at("error").at("message").get<std::string>());
      } else {
        compare_pixels(computed, read_image(path(item.at("expect").get<std::string>())), line);
      }
      report_(line);
      if (!refused && item.contains("normalised")) report_(judge_normalised(item, computed, name));
    } catch (const Error& error) {
      line.tensor = name + (refused ? ".error" : ".pixels");
      line.ok = refused;
      line.detail = error.what();
      report_(line);
    }
  }

 private:
  std::string path(const std::string& relative) const {
    return (fs::path(folder_) / relative).string();
  }

  std::string name_of_item(const Json& item) const {
    if (const auto expect = item.find("expect"); expect != item.end() && expect->is_string()) {
      return fs::path(expect->get<std::string>()).stem().string();
    }
    const std::string file = item.at(kind_ == "resize" ? "src" : "file").get<std::string>();
    return fmt::format("{}.{}", fs::path(file).filename().string(), target_of_item(item));
  }

  static std::string target_of_item(const Json& item) {
    for (const char* key : {"n", "image_size_h_w", "size"}) {
      if (item.contains(key)) return item.at(key).dump();
    }
    return "";
  }

  PreprocessConfig config_of(const Json& item) const {
    PreprocessConfig config;
    if (kind_ == "openai") {
      config.width = config.height = item.at("n").get<int>();
      read_norm(json_, config);
      return config;
    }
    config.kind = PreprocessKind::open_clip;
    const auto size = item.at("image_size_h_w").get<std::array<int, 2>>();
    config.height = size[0];
    config.width = size[1];
    config.resize_mode = resize_mode_named(item.at("resize_mode").get<std::string>());
    config.interpolation = filter_named(item.at("interpolation").get<std::string>());
    config.fill_color = item.at("fill_color").get<int>();
    read_norm(json_.at("norms").at(item.at("norm").get<std::string>()), config);
    return config;
  }

  Image compute(const Json& item) const {
    if (kind_ == "resize") {
      const auto size = item.at("size").get<std::array<int, 2>>();
      return as_png_holds(resize(read_image(path(item.at("src").get<std::string>())), size[0],
                                 size[1], filter_named(item.at("filter").get<std::string>())));
    }
    const std::string file = path(item.at("file").get<std::string>());
    RgbImage rgb = preprocess(read_image(file), config_of(item), file);
    return {Mode::rgb, rgb.width, rgb.height, std::move(rgb.pixels), {}};
  }

  // In levels of 0..255; every level counts.
  static void compare_pixels(const Image& computed, const Image& expected, VerifyLine& line) {
    if (computed.mode != expected.mode || computed.width != expected.width ||
        computed.height != expected.height) {
      line.detail = fmt::format("is {} {}x{}, expected {} {}x{}", tandem::name_of(computed.mode),
                                computed.width, computed.height, tandem::name_of(expected.mode),
                                expected.width, expected.height);
      return;
    }
    const int bytes = bytes_per_pixel(computed.mode);
    std::optional<size_t> first;
    for (size_t i = 0; i < computed.pixels.size(); ++i) {
      const int difference = std::abs(computed.pixels[i] - expected.pixels[i]);
      if (difference != 0 && !first) first = i;
      line.max_abs = std::max<double>(line.max_abs, difference);
    }
    line.ok = !first;
    if (first) {
      const size_t pixel = *first / bytes;
      line.detail = fmt::format("first differs at x {} y {} channel {}: {}, expected {}",
                                pixel % computed.width, pixel / computed.width, *first % bytes,
                                computed.pixels[*first], expected.pixels[*first]);
    }
  }

  VerifyLine judge_normalised(const Json& item, const Image& pixels,
                              const std::string& name) const {
    VerifyLine line{.layout = kind_, .tensor = name + ".normalised"};
    const std::string tensor_name = item.at("normalised").get<std::string>();
    const TensorView* recorded = recorded_.find(tensor_name);
    if (recorded == nullptr) {
      line.detail = fmt::format("the case has no tensor {}", tensor_name);
      return line;
    }
    const Shape shape = {3, pixels.height, pixels.width};
    if (recorded->shape != shape || recorded->dtype != DType::f32) {
      line.detail = fmt::format("is {}, expected {}", to_string(shape), to_string(recorded->shape));
      return line;
    }
    std::vector<float> values(element_count(shape));
    normalise({pixels.width, pixels.height, pixels.pixels}, config_of(item), values.data());
    line.ok = std::memcmp(values.data(), recorded->bytes.data(), recorded->bytes.size()) == 0;
    if (!line.ok) describe_difference(values, to_float(*recorded), line);
    return line;
  }

  static void describe_difference(const std::vector<float>& computed,
                                  const std::vector<float>& expected, VerifyLine& line) {
    for (size_t i = 0; i < computed.size(); ++i) {
      if (std::bit_cast<uint32_t>(computed[i]) == std::bit_cast<uint32_t>(expected[i])) continue;
      if (line.detail.empty()) {
        line.detail = fmt::format("first differs at element {}: {}, expected {}", i, computed[i],
                                  expected[i]);
      }
      line.max_abs = std::max(line.max_abs, std::abs(double{computed[i]} - expected[i]));
    }
  }

  std::string folder_;
  const Json& json_;
  std::string kind_;
  const std::function<void(const VerifyLine&)>& report_;
  TensorStore recorded_;
};

}  // namespace

void verify_pixels(const std::string& folder, const Json& case_json,
                   const std::function<void(const VerifyLine&)>& report) {
  const PixelsCase pixels_case(folder, case_json, report);
  for (const Json& item : case_json.at("items")) pixels_case.judge(item);
}

}  // namespace tandem
