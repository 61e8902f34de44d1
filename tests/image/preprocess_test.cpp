// Expected values follow openai/CLIP (torchvision 0.14), open_clip and transformers 4.49.
#include "image/preprocess.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "image/pictures.h"
#include "tandem/error.h"

namespace tandem {
namespace {

using tandem_test::noise_picture;
using tandem_test::picture;
using Bytes = std::vector<uint8_t>;

PreprocessConfig config_of(PreprocessKind kind, int height, int width) {
  PreprocessConfig config;
  config.kind = kind;
  config.height = height;
  config.width = width;
  config.resize_height = height;
  config.resize_width = width;
  return config;
}

// Grey level x in column x.
Image ramp(int width, int height) {
  Image image = picture(Mode::l, width, height, Bytes(width * height));
  for (int i = 0; i < width * height; ++i) image.pixels[i] = static_cast<uint8_t>(i % width);
  return image;
}

ErrorKind refusal_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("cat.png: ")) << error.what();
    return error.kind();
  }
  ADD_FAILURE() << "was not refused";
  return ErrorKind::io;
}

struct CropCase {
  int width, openai_left, hugging_face_left;
};

TEST(Preprocess, TheCropRoundsAsEachReferenceDoes) {
  for (const CropCase& c : {CropCase{64, 0, 0}, CropCase{65, 0, 0}, CropCase{66, 1, 1},
                            CropCase{67, 2, 1}, CropCase{69, 2, 2}, CropCase{71, 4, 3}}) {
    const Image image = ramp(c.width, 64);
    EXPECT_EQ(preprocess(image, config_of(PreprocessKind::openai, 64, 64), "x").pixels[0],
              c.openai_left)
        << c.width;
    EXPECT_EQ(preprocess(image, config_of(PreprocessKind::hugging_face, 64, 64), "x").pixels[0],
              c.hugging_face_left)
        << c.width;
  }
}

TEST(Preprocess, TheLongerSideIsCutOffNotRounded) {
  const Image image = noise_picture(Mode::rgb, 9, 5, 1);
  // 3 * 9 / 5 = 5.4, 8 * 9 / 5 = 14.4; 4 * 9 / 5 = 7.2
  for (const auto& [edge, longer] : {std::pair{3, 5}, std::pair{8, 14}, std::pair{4, 7}}) {
    const Image resized = resize(image, longer, edge, Filter::bicubic);
    const int left = longer == 7 ? 2 : (longer - edge) / 2;  // 1.5 goes to 2
    EXPECT_EQ(preprocess(image, config_of(PreprocessKind::openai, edge, edge), "x").pixels,
              to_rgb(crop(resized, left, 0, edge, edge)).pixels);
  }
}

TEST(Preprocess, AnElongatedPictureCostsNoMoreThanItsCrop) {
  // Resized whole this would be 224 x 44,800,000 pixels.
  const Image image = picture(Mode::l, 1, 200000, Bytes(200000, 9));
  EXPECT_EQ(preprocess(image, PreprocessConfig{}, "x").pixels, Bytes(224 * 224 * 3, 9));
}

TEST(Preprocess, APaletteIsResizedAsIndicesExceptByHuggingFace) {
  Image image = picture(Mode::p, 4, 2, {0, 1, 0, 1, 0, 1, 0, 1});
  image.palette = {{0, 0, 0}, {200, 200, 200}};
  const auto levels = [&](PreprocessKind kind) {
    const Bytes pixels = preprocess(image, config_of(kind, 3, 3), "x").pixels;
    return std::set<uint8_t>(pixels.begin(), pixels.end());
  };
  EXPECT_EQ(levels(PreprocessKind::openai), (std::set<uint8_t>{0, 200}));
  EXPECT_GT(levels(PreprocessKind::hugging_face).size(), 2u);
}

TEST(Preprocess, SquashLosesTheRatio) {
  PreprocessConfig config = config_of(PreprocessKind::open_clip, 3, 6);
  config.resize_mode = ResizeMode::squash;
  config.interpolation = Filter::bilinear;
  const Image image = noise_picture(Mode::rgb, 5, 40, 2);
  EXPECT_EQ(preprocess(image, config, "x").pixels, resize(image, 6, 3, Filter::bilinear).pixels);
}

TEST(Preprocess, LongestPadsInThePicturesOwnMode) {
  PreprocessConfig config = config_of(PreprocessKind::open_clip, 4, 4);
  config.resize_mode = ResizeMode::longest;
  config.fill_color = 255;
  // 4 wide, 1 high: one row above, two below.
  const Bytes grey = preprocess(picture(Mode::l, 4, 1, {1, 2, 3, 4}), config, "x").pixels;
  EXPECT_EQ(grey[0], 255);
  EXPECT_EQ(grey[4 * 3], 1);
  EXPECT_EQ(grey[8 * 3], 255);
  // 255 of every ink is black.
  const Bytes cmyk = preprocess(picture(Mode::cmyk, 4, 1, Bytes(16, 0)), config, "x").pixels;
  EXPECT_EQ(cmyk[0], 0);
  EXPECT_EQ(cmyk[4 * 3], 255);
  // In a palette it is an index.
  config.fill_color = 1;
  Image indexed = picture(Mode::p, 4, 1, {0, 0, 0, 0});
  indexed.palette = {{9, 9, 9}, {5, 6, 7}};
  EXPECT_EQ(preprocess(indexed, config, "x").pixels[2], 7);
  config.fill_color = 200;
  for (const Mode mode : {Mode::i16, Mode::i, Mode::f}) {
    const Image wide{mode, 4, 1, Bytes(4 * bytes_per_pixel(mode), 0), {}};
    const Bytes pixels = preprocess(wide, config, "x").pixels;
    EXPECT_EQ(pixels[0], 200) << name_of(mode);
    EXPECT_EQ(pixels[4 * 3], 0) << name_of(mode);
  }
}

TEST(Preprocess, ANonSquareTargetIsCoveredByBicubicWhateverIsAsked) {
  PreprocessConfig config = config_of(PreprocessKind::open_clip, 4, 6);
  config.interpolation = Filter::bilinear;
  const Image image = noise_picture(Mode::rgb, 10, 10, 3);
  // ratio 10 / 6: 6 x 6, of which rows 1 to 4 are kept
  EXPECT_EQ(preprocess(image, config, "x").pixels,
            crop(resize(image, 6, 6, Filter::bicubic), 0, 1, 6, 4).pixels);
}

TEST(Preprocess, HuggingFacePadsAPictureThatIsSmallerThanTheCrop) {
  PreprocessConfig config = config_of(PreprocessKind::hugging_face, 4, 4);
  config.do_resize = false;
  const Bytes pixels = preprocess(picture(Mode::l, 1, 1, {50}), config, "x").pixels;
  for (int i = 0; i < 16; ++i) EXPECT_EQ(pixels[i * 3], i == 2 * 4 + 2 ? 50 : 0) << i;
}

TEST(Preprocess, HuggingFaceResizesToItsOwnSizeBeforeTheCrop) {
  PreprocessConfig config = config_of(PreprocessKind::hugging_face, 4, 4);
  config.resize_shortest_edge = false;
  config.resize_height = 6;
  config.resize_width = 5;
  const Image image = noise_picture(Mode::rgb, 11, 13, 4);
  EXPECT_EQ(preprocess(image, config, "x").pixels,
            crop(resize(image, 5, 6, Filter::bicubic), 0, 1, 4, 4).pixels);
}

TEST(Preprocess, RefusesWhatTheReferenceRefuses) {
  PreprocessConfig longest = config_of(PreprocessKind::open_clip, 64, 64);
  longest.resize_mode = ResizeMode::longest;
  EXPECT_EQ(refusal_of([&] { preprocess(ramp(1, 1000), longest, "cat.png"); }),
            ErrorKind::bad_input);
  const Image grey16 = picture(Mode::i16, 3, 5, Bytes(30, 1));
  EXPECT_EQ(refusal_of([&] { preprocess(grey16, PreprocessConfig{}, "cat.png"); }),
            ErrorKind::unsupported);
  EXPECT_EQ(refusal_of([&] { preprocess(Image{}, PreprocessConfig{}, "cat.png"); }),
            ErrorKind::bad_input);
  PreprocessConfig strict = config_of(PreprocessKind::hugging_face, 4, 4);
  strict.convert_rgb = false;
  EXPECT_EQ(refusal_of([&] { preprocess(ramp(9, 9), strict, "cat.png"); }), ErrorKind::bad_input);
  PreprocessConfig uncropped = config_of(PreprocessKind::hugging_face, 4, 4);
  uncropped.do_center_crop = false;
  EXPECT_EQ(refusal_of([&] { preprocess(ramp(9, 5), uncropped, "cat.png"); }),
            ErrorKind::bad_input);
  EXPECT_EQ(preprocess(ramp(9, 9), uncropped, "cat.png").width, 4);
}

TEST(Preprocess, SidesThatLeaveIntAreRefusedBeforeMemoryIsTaken) {
  const int height = 1 << 24;
  const Image image = picture(Mode::l, 1, height, Bytes(height, 1));
  EXPECT_EQ(refusal_of([&] { preprocess(image, PreprocessConfig{}, "cat.png"); }),
            ErrorKind::limit);
}

TEST(Normalise, IsToTensorAndNormalizeInFloat) {
  std::vector<float> out(3 * 2);
  normalise({2, 1, {0, 128, 255, 255, 1, 128}}, PreprocessConfig{}, out.data());
  EXPECT_EQ(out, (std::vector<float>{-0x1.cad1b8p+0f, 0x1.ee2a82p+0f, 0x1.59e6d6p-3f,
                                     -0x1.bcb1e2p+0f, 0x1.12accp+1f, 0x1.5c1b88p-2f}));
}

TEST(Normalise, HuggingFaceMultipliesInDoubleAndCanLeaveStepsOut) {
  PreprocessConfig config = config_of(PreprocessKind::hugging_face, 1, 1);
  config.rescale_factor = 0.01;
  std::vector<float> out(3);
  normalise({1, 1, {200, 200, 200}}, config, out.data());
  EXPECT_EQ(out, (std::vector<float>{0x1.69c9bp+2f, 0x1.79b826p+2f, 0x1.7168acp+2f}));
  config.do_normalize = false;
  normalise({1, 1, {200, 0, 7}}, config, out.data());
  EXPECT_EQ(out, (std::vector<float>{2.0f, 0.0f, static_cast<float>(7 * 0.01)}));
  config.rescale_factor = 1.0 / 255.0;
  normalise({1, 1, {3, 6, 11}}, config, out.data());
  EXPECT_EQ(out, (std::vector<float>{0x1.818182p-7f, 0x1.818182p-6f, 0x1.616162p-5f}));
  config.do_rescale = false;
  normalise({1, 1, {200, 0, 7}}, config, out.data());
  EXPECT_EQ(out, (std::vector<float>{200.0f, 0.0f, 7.0f}));
}

TEST(Describe, TellsApartWhateverChangesTheResult) {
  using Change = void (*)(PreprocessConfig&);
  const Change changes[] = {
      [](PreprocessConfig&) {},
      [](PreprocessConfig& c) { c.height = 32; },
      [](PreprocessConfig& c) { c.width = 32; },
      [](PreprocessConfig& c) { c.interpolation = Filter::bilinear; },
      [](PreprocessConfig& c) { c.resize_mode = ResizeMode::squash; },
      [](PreprocessConfig& c) { c.resize_mode = ResizeMode::longest; },
      [](PreprocessConfig& c) { c.resize_mode = ResizeMode::longest, c.fill_color = 3; },
      [](PreprocessConfig& c) { c.mean[1] = 0.45782751; },
      [](PreprocessConfig& c) { c.std[2] = 0.5; },
      [](PreprocessConfig& c) { c.kind = PreprocessKind::hugging_face; },
      [](PreprocessConfig& c) { c.kind = PreprocessKind::hugging_face, c.resize_height = 9; },
      [](PreprocessConfig& c) { c.kind = PreprocessKind::hugging_face, c.do_resize = false; },
      [](PreprocessConfig& c) { c.kind = PreprocessKind::hugging_face, c.do_rescale = false; },
      [](PreprocessConfig& c) { c.kind = PreprocessKind::hugging_face, c.do_normalize = false; },
      [](PreprocessConfig& c) { c.kind = PreprocessKind::hugging_face, c.convert_rgb = false; },
      [](PreprocessConfig& c) { c.kind = PreprocessKind::hugging_face, c.do_center_crop = false; },
      [](PreprocessConfig& c) { c.kind = PreprocessKind::hugging_face, c.rescale_factor = 0.5; },
      [](PreprocessConfig& c) {
        c.kind = PreprocessKind::hugging_face, c.resize_shortest_edge = false;
      },
  };
  std::set<std::string> lines;
  for (const Change change : changes) {
    PreprocessConfig config;
    change(config);
    const std::string line = describe(config);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_TRUE(lines.insert(line).second) << line;
  }
}

TEST(Describe, OpenaiAndOpenClipAreOneRecipe) {
  EXPECT_EQ(describe(config_of(PreprocessKind::openai, 224, 224)),
            describe(config_of(PreprocessKind::open_clip, 224, 224)));
}

}  // namespace
}  // namespace tandem
