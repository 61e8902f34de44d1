// A data set that a tiny CLIP can learn, and the folder in which it does: coloured shapes with
// their names, as a WebDataset tar.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cli/program.h"
#include "image/decode.h"

namespace tandem_test {

inline constexpr int kShapePairs = 96;

/// A square, a bar or a ring of one of four colours on a light ground, somewhere in 32 x 32.
inline tandem::RgbImage shape_picture(int color, int shape, std::mt19937& random) {
  const uint8_t colors[4][3] = {{220, 30, 30}, {30, 170, 40}, {40, 60, 220}, {230, 200, 20}};
  tandem::RgbImage picture{.width = 32, .height = 32, .pixels = std::vector<uint8_t>(32 * 32 * 3)};
  for (auto& value : picture.pixels) value = static_cast<uint8_t>(225 + random() % 30);
  const int left = 4 + static_cast<int>(random() % 8), top = 4 + static_cast<int>(random() % 8);
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 16; ++x) {
      const int edge = std::min(std::min(x, 15 - x), std::min(y, 15 - y));
      const bool drawn = shape == 0 || (shape == 1 ? y >= 5 && y < 11 : edge < 4);
      if (drawn) std::memcpy(&picture.pixels[((top + y) * 32 + left + x) * 3], colors[color], 3);
    }
  return picture;
}

inline std::string shape_label(int color, int shape) {
  const char* const colors[] = {"red", "green", "blue", "yellow"};
  const char* const shapes[] = {"square", "bar", "ring"};
  return std::string(colors[color]) + " " + shapes[shape];
}

/// One member of a tar (POSIX ustar).
inline void add_to_tar(std::ofstream& tar, const std::string& name, const std::string& bytes) {
  char header[512] = {};
  std::snprintf(header, 100, "%s", name.c_str());
  std::snprintf(header + 100, 8, "%07o", 0644);
  std::snprintf(header + 124, 12, "%011zo", bytes.size());
  std::memcpy(header + 257, "ustar\00000", 8);
  header[156] = '0';
  std::memset(header + 148, ' ', 8);
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(header + 148, 8, "%06o", sum);
  tar.write(header, 512).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const std::string rest((512 - bytes.size() % 512) % 512, '\0');
  tar.write(rest.data(), static_cast<std::streamsize>(rest.size()));
}

inline void write_shapes_tar(const std::string& path, unsigned seed, int pairs = kShapePairs) {
  std::mt19937 random(seed);
  std::ofstream tar(path, std::ios::binary);
  for (int i = 0; i < pairs; ++i) {
    const int color = i % 4, shape = i / 4 % 3;
    const auto png = tandem::encode_png(shape_picture(color, shape, random));
    const std::string key = "shape" + std::to_string(i), label = shape_label(color, shape);
    add_to_tar(tar, key + ".png", {png.begin(), png.end()});
    add_to_tar(tar, key + ".json",
               R"({"text": ["a picture of a )" + label + R"(", ")" + label + R"("], "label": ")" +
                   label + "\"}");
  }
  const std::string end(1024, '\0');
  tar.write(end.data(), 1024);
}

/// A temporary folder with shapes.tar, held_out.tar, an architecture and run.toml.
class SmallRun {
 public:
  SmallRun() {
    folder_ = (std::filesystem::temp_directory_path() /
               ("tandem_run_" + std::to_string(getpid()) + "_" + std::to_string(count_++)))
                  .string();
    std::filesystem::create_directories(folder_);
    write_shapes_tar(folder_ + "/shapes.tar", 1);
    write_shapes_tar(folder_ + "/held_out.tar", 2, 48);
    write("small.json", R"({"embed_dim": 24,
      "vision_cfg": {"image_size": 32, "patch_size": 8, "width": 32, "layers": 2, "head_width": 16},
      "text_cfg": {"context_length": 16, "vocab_size": 2514, "width": 32, "layers": 2, "heads": 2}})");
    write("run.toml", R"(seed = 3
[model]
architecture = "small.json"
tokenizer = ")" TANDEM_SOURCE_DIR R"(/tests/golden/tokens/hf_layout"
[data]
cache = "cache"
[[data.train]]
path = "shapes.tar"
[optimizer]
lr = 2e-3
[schedule]
steps = 12
warmup = 4
[compute]
batch_size = 24
[save]
every = 4
)");
  }
  ~SmallRun() {
    if (!getenv("KEEP_RUN")) std::filesystem::remove_all(folder_);
  }
  SmallRun(const SmallRun&) = delete;
  SmallRun& operator=(const SmallRun&) = delete;

  const std::string& folder() const { return folder_; }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }
  /// The command line that trains into `name`.
  std::string command(const std::string& name, const std::string& flags = "") const {
    return "train --config " + folder_ + "/run.toml --out " + folder_ + "/" + name +
           " --quiet --threads 1 " + flags;
  }
  Outcome train(const std::string& name, const std::string& flags = "") const {
    return run_tandem(command(name, flags));
  }
  /// The log's step lines.
  std::vector<nlohmann::json> steps(const std::string& name) const {
    std::ifstream log(folder_ + "/" + name + "/log.jsonl");
    std::vector<nlohmann::json> steps;
    for (std::string line; std::getline(log, line);) {
      auto value = nlohmann::json::parse(line);
      if (value.contains("loss")) steps.push_back(std::move(value));
    }
    return steps;
  }
  std::vector<double> losses(const std::string& name) const {
    std::vector<double> losses;
    for (const auto& step : steps(name)) losses.push_back(step.at("loss"));
    return losses;
  }
  /// The weights' file of a checkpoint, byte for byte.
  std::string weights(const std::string& name, int step) const {
    char folder[64];
    std::snprintf(folder, sizeof folder, "/checkpoints/step-%08d", step);
    std::ifstream file(folder_ + "/" + name + folder + "/open_clip_model.safetensors",
                       std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  static inline int count_ = 0;
  std::string folder_;
};

}  // namespace tandem_test
