// A folder of small pictures, and a small model that encodes them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/scratch_folder.h"
#include "golden_folder.h"
#include "image/picture_files.h"
#include "tandem/model.h"

namespace tandem_test {

/// A PNG of grey noise that is different for each seed.
inline std::string noise_png(uint32_t seed, int width = 12, int height = 9) {
  std::string rows;
  uint32_t state = seed * 2654435761u + 1;
  for (int y = 0; y < height; ++y) {
    rows += '\0';
    for (int x = 0; x < width; ++x) {
      state = state * 1664525u + 1013904223u;
      rows += static_cast<char>(state >> 24);
    }
  }
  return png_file(static_cast<uint32_t>(width), static_cast<uint32_t>(height), 8, 0, rows);
}

/// A scratch folder whose pictures a library is made of.
class PictureFolder {
 public:
  /// Its time is its own: the system's clock for files ticks in milliseconds, and files of one size
  /// and time that change places are not seen to.
  std::string put(const std::string& name, const std::string& bytes) const {
    const std::string path = at(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now());
    return path;
  }
  std::string put(const std::string& name, uint32_t seed) const {
    return put(name, noise_png(seed));
  }
  std::string at(const std::string& name) const { return root() + "/" + name; }
  /// As the system names it, for temporary folders behind links.
  std::string root() const {
    std::filesystem::create_directories(scratch_.path("pictures"));
    return std::filesystem::canonical(scratch_.path("pictures")).string();
  }
  std::string library() const { return scratch_.path("library.db"); }
  std::string other(const std::string& name) const { return scratch_.path(name); }

 private:
  ScratchFolder scratch_;
};

/// The small random model of the golden cases; null where it is not at hand.
inline const tandem::Model* small_model() {
  static const std::string path = golden_case("zero_shot/one_template");
  if (path.empty()) return nullptr;
  static const tandem::Model model = tandem::Model::load(path + "/hf");
  return &model;
}

/// The same weights by another recipe, or (other_space) what is another space.
inline tandem::Model small_model_unturned() {
  return tandem::Model::load(golden_case("zero_shot/one_template") + "/hf", {.orient = false});
}

}  // namespace tandem_test

/// Skips the test, loudly, where the model is not at hand.
#define TANDEM_SMALL_MODEL(variable)                                         \
  const tandem::Model* variable##_pointer = ::tandem_test::small_model();    \
  if (variable##_pointer == nullptr)                                         \
    GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand"; \
  const tandem::Model& variable = *variable##_pointer
