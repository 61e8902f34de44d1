// preprocessor_config.json, as transformers' CLIPImageProcessor understands it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "checkpoint/config_hugging_face.h"
#include "checkpoint/config_object.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

// Pillow's numbers, which `resample` holds.
constexpr Filter kResample[] = {Filter::nearest, Filter::lanczos, Filter::bilinear,
                                Filter::bicubic, Filter::box,     Filter::hamming};

void check_processor(const ConfigObject& config) {
  if (config.boolean("use_square_size", false))
    fail(ErrorKind::unsupported,
         "{} is true, which Tandem does not know; give size as height and "
         "width",
         config.where("use_square_size"));
  for (const char* key : {"image_processor_type", "feature_extractor_type"}) {
    const std::string type = config.text(key, "");
    if (!type.empty() && type != "CLIPImageProcessor" && type != "CLIPImageProcessorFast" &&
        type != "CLIPImageProcessorPil" && type != "CLIPFeatureExtractor")
      fail(ErrorKind::unsupported,
           "{} is {}, whose preprocessing Tandem does not know; it follows CLIPImageProcessor",
           config.where(key), quote_name(type));
  }
}

// "size": a number (the shorter side), {"shortest_edge"} or {"height", "width"}.
void read_size(const ConfigObject& config, PreprocessConfig& out) {
  if (!config.has("size")) return;
  out.resize_shortest_edge = true;
  if (!config.at("size").is_object()) {
    out.resize_height = out.resize_width = config.integer("size");
    return;
  }
  const auto size = config.object("size");
  if (size.has("shortest_edge")) {
    if (size.has("longest_edge"))
      fail(ErrorKind::unsupported,
           "{} caps the longer side too, which Tandem does not do; give shortest_edge alone",
           config.where("size"));
    out.resize_height = out.resize_width = size.integer("shortest_edge");
  } else {
    out.resize_shortest_edge = false;
    out.resize_height = size.integer("height");
    out.resize_width = size.integer("width");
  }
}

void read_crop(const ConfigObject& config, PreprocessConfig& out) {
  if (!config.has("crop_size")) return;
  if (config.at("crop_size").is_object()) {
    const auto size = config.object("crop_size");
    out.height = size.integer("height");
    out.width = size.integer("width");
  } else {
    out.height = out.width = config.integer("crop_size");
  }
}

// Folders that Tandem wrote say whose rounding and order the model was used with.
void read_note(const ConfigObject& config, PreprocessConfig& out) {
  if (!config.has("tandem")) return;
  const auto note = config.object("tandem");
  const std::string rounding = note.text("rounding", "hugging_face");
  if (rounding == "hugging_face") return;
  if (rounding != "openai" && rounding != "open_clip")
    fail(ErrorKind::unsupported, "{} is {}; use a newer Tandem", note.where("rounding"),
         quote_name(rounding));
  const bool usual = out.do_resize && out.do_rescale && out.do_normalize && out.convert_rgb &&
                     out.rescale_factor == 1.0 / 255.0 && out.resize_height == out.height &&
                     out.resize_width == out.width &&
                     out.do_center_crop == out.resize_shortest_edge;
  if (!usual)
    fail(ErrorKind::bad_model,
         "{} is {}, which does nothing but resize, crop and normalise to one size; take the note "
         "away "
         "where the file was edited",
         note.where("rounding"), quote_name(rounding));
  out.kind = rounding == "openai" ? PreprocessKind::openai : PreprocessKind::open_clip;
  out.resize_mode = out.resize_shortest_edge ? ResizeMode::shortest : ResizeMode::squash;
}

// What comes out must be what the tower takes.
void check_size(const PreprocessConfig& config, const std::string& name,
                std::array<int, 2> image_size) {
  for (const int size : {config.resize_height, config.resize_width, config.height, config.width})
    if (size < 1 || size > 1 << 16)
      fail(ErrorKind::bad_model, "{}: a size of {} pixels makes no sense; get the file again", name,
           size);
  if (!config.do_center_crop && config.do_resize && config.resize_shortest_edge)
    fail(ErrorKind::unsupported,
         "{}: resizes the shorter side and does not crop, so that pictures would keep different "
         "sizes; set do_center_crop",
         name);
  if (config.height != image_size[0] || config.width != image_size[1])
    fail(ErrorKind::bad_model,
         "{}: makes pictures of {} x {} where config.json has an image_size of {} x {}; use the "
         "files of one model",
         name, config.height, config.width, image_size[0], image_size[1]);
}

// Size and crop of another kind's preprocessing, in the fields of Hugging Face's.
PreprocessConfig in_hugging_face_fields(PreprocessConfig config) {
  if (config.kind == PreprocessKind::hugging_face) return config;
  if (config.resize_mode == ResizeMode::longest)
    fail(ErrorKind::unsupported,
         "the Hugging Face layout cannot say that pictures are resized by their longer side and "
         "padded; write the open_clip layout");
  if (config.resize_mode == ResizeMode::shortest && config.height != config.width)
    fail(ErrorKind::unsupported,
         "the Hugging Face layout cannot say how pictures are cropped to {} x {}; write the "
         "open_clip "
         "layout",
         config.height, config.width);
  config.resize_shortest_edge = config.do_center_crop = config.resize_mode == ResizeMode::shortest;
  config.resize_height = config.height;
  config.resize_width = config.width;
  return config;
}

}  // namespace

OrderedJson image_processor_config(const PreprocessConfig& preprocess) {
  const PreprocessConfig config = in_hugging_face_fields(preprocess);
  OrderedJson json{
      {"image_processor_type", "CLIPImageProcessor"}, {"do_resize", config.do_resize},
      {"do_center_crop", config.do_center_crop},      {"do_rescale", config.do_rescale},
      {"do_normalize", config.do_normalize},          {"do_convert_rgb", config.convert_rgb}};
  if (config.resize_shortest_edge)
    json["size"] = {{"shortest_edge", config.resize_height}};
  else
    json["size"] = {{"height", config.resize_height}, {"width", config.resize_width}};
  json["crop_size"] = {{"height", config.height}, {"width", config.width}};
  const auto filter = std::find(std::begin(kResample), std::end(kResample), config.interpolation);
  json["resample"] = filter - std::begin(kResample);
  json["rescale_factor"] = config.rescale_factor;
  json["image_mean"] = config.mean;
  json["image_std"] = config.std;
  if (config.kind != PreprocessKind::hugging_face)
    json["tandem"] = {{"rounding", config.kind == PreprocessKind::openai ? "openai" : "open_clip"}};
  return json;
}

PreprocessConfig default_image_processor(std::array<int, 2> image_size) {
  PreprocessConfig config;
  config.kind = PreprocessKind::hugging_face;
  config.height = image_size[0];
  config.width = image_size[1];
  config.resize_height = image_size[0];
  config.resize_width = image_size[1];
  return config;
}

PreprocessConfig parse_image_processor(const Json& json, const std::string& name,
                                       std::array<int, 2> image_size) {
  const ConfigObject config(json, name);
  check_processor(config);
  PreprocessConfig out = default_image_processor({224, 224});
  read_size(config, out);
  read_crop(config, out);
  out.do_resize = config.boolean("do_resize", true);
  out.do_center_crop = config.boolean("do_center_crop", true);
  out.do_rescale = config.boolean("do_rescale", true);
  out.rescale_factor = config.number("rescale_factor", 1.0 / 255.0);
  out.do_normalize = config.boolean("do_normalize", true);
  out.convert_rgb = config.boolean("do_convert_rgb", true);
  out.mean = config.three("image_mean", out.mean);
  out.std = config.three("image_std", out.std);
  const int resample = config.integer("resample", 3);
  if (resample < 0 || resample >= static_cast<int>(std::size(kResample)))
    fail(ErrorKind::bad_model, "{} is {}, which is no filter of Pillow (0 to 5)",
         config.where("resample"), resample);
  out.interpolation = kResample[resample];
  for (const double deviation : out.std)
    if (!(deviation > 0))
      fail(ErrorKind::bad_model, "{} holds {}; deviations are above 0", config.where("image_std"),
           deviation);
  if (!out.do_center_crop && out.do_resize && !out.resize_shortest_edge) {
    out.height = out.resize_height;
    out.width = out.resize_width;
  }
  read_note(config, out);
  check_size(out, name, image_size);
  return out;
}

}  // namespace tandem
