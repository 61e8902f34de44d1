#include "checkpoint/foreign.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

namespace tandem {
namespace {

namespace fs = std::filesystem;

struct Format {
  std::string_view ending;
  std::string_view magic;  // "" where the name alone tells
  const char* what;
};

constexpr Format kFormats[] = {
    {".gguf", "GGUF", "a GGUF file (llama.cpp)"},
    {".onnx", "", "an ONNX graph"},
    {".msgpack", "", "a Flax checkpoint"},
    {".h5", "\x89HDF", "a TensorFlow (HDF5) checkpoint"},
    {".pb", "", "a TensorFlow graph"},
    {".tflite", "", "a TensorFlow Lite model"},
    {".npz", "", "an archive of NumPy arrays (big_vision)"},
    {".mlmodel", "", "a Core ML model"},
    {".engine", "", "a TensorRT engine"},
};

}  // namespace

std::string foreign_format(const std::string& path) {
  char bytes[4] = {};
  std::ifstream(path, std::ios::binary).read(bytes, sizeof bytes);
  for (const auto& format : kFormats)
    if (path.ends_with(format.ending) ||
        (!format.magic.empty() && std::string_view(bytes, sizeof bytes) == format.magic))
      return format.what;
  return "";
}

std::string foreign_file_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  for (const auto& name : names)
    for (const auto& format : kFormats)
      if (name.ends_with(format.ending)) return name + " is " + format.what;
  return "";
}

}  // namespace tandem
