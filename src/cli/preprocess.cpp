// tandem preprocess: what the picture tower sees.

#include <fmt/core.h>

#include "base/fail.h"
#include "base/files.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/npy.h"
#include "cli/context.h"
#include "engine/engine.h"
#include "image/decode.h"
#include "image/preprocess.h"

namespace tandem::cli {
namespace {

struct Options {
  std::string picture, out;
};

PreprocessConfig config_of(Context& context) {
  if (context.model.empty()) {
    context.remark(
        "no --model was given: the picture is preprocessed as openai/CLIP does for 224 pixels");
    return {};
  }
  const Checkpoint checkpoint = open_model(context.model, {.tokenizer = context.load.tokenizer});
  for (const auto& rule : checkpoint.rules) context.remark(rule);
  return checkpoint.preprocess;
}

void run(const Options& options, Context& context) {
  const bool npy = options.out.ends_with(".npy");
  if (!npy && !options.out.ends_with(".png"))
    fail(ErrorKind::bad_input, "{}: the result is written as .png or .npy; choose one of these",
         options.out);
  const PreprocessConfig config = config_of(context);
  const std::string name = options.picture == "-" ? "standard input" : options.picture;
  const std::string file = options.picture == "-" ? read_stdin() : read_file(options.picture);
  const auto bytes = std::as_bytes(std::span(file));
  Image image = decode_image(bytes, name, {.max_pixels = context.load.max_pixels});
  if (context.orient == "auto")
    image = apply_orientation(std::move(image), image_info(bytes, name).orientation);
  const RgbImage seen = preprocess(image, config, name);
  if (npy) {
    std::vector<float> values(seen.pixels.size());
    normalise(seen, config, values.data());
    write_npy(options.out, Shape{3, seen.height, seen.width}, values);
  } else {
    const auto png = encode_png(seen);
    write_file(options.out, {reinterpret_cast<const char*>(png.data()), png.size()});
  }
  const std::string fingerprint = describe(config) + " orient=" + context.orient + " decode=exact";
  if (context.json)
    context.print({{"image", options.picture},
                   {"width", seen.width},
                   {"height", seen.height},
                   {"fingerprint", fingerprint}});
  else
    fmt::print("{}: {} x {}\n", options.out, seen.width, seen.height);
}

}  // namespace

void add_preprocess(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "preprocess", "writes what the picture tower sees",
                        "tandem preprocess cat.jpg --out seen.png --model clip/");
  const auto options = std::make_shared<Options>();
  verb.add_option("picture", options->picture, "a picture file, or - for standard input")
      ->required()
      ->type_name("IMAGE");
  verb.add_option("--out", options->out, "F.png: the pixels; F.npy: the normalised tensor, float32")
      ->required()
      ->type_name("F");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
