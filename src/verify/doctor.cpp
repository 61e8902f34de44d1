#include "verify/doctor.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/fail.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "checkpoint/model_places.h"
#include "engine/engine.h"
#include "image/libraries.h"
#include "model/architectures.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

// The value of the first line of /proc/cpuinfo that begins with `key`.
std::string cpuinfo(const std::string& key) {
  std::ifstream lines("/proc/cpuinfo");
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key))
      if (const auto colon = line.find(": "); colon != std::string::npos)
        return line.substr(colon + 2);
  return "";
}

std::vector<std::string> kernel_instructions() {
  std::vector<std::string> found;
  std::istringstream flags(cpuinfo("flags"));
  for (std::string flag; flags >> flag;)
    if (flag == "avx2" || flag == "fma" || flag == "avx512f" || flag == "avx512_vnni" ||
        flag == "avx512_bf16" || flag == "amx_tile")
      found.push_back(flag);
  return found;
}

// A small random CLIP of odd sizes: both towers on cpu against ref.
SelfTest run_self_test() {
  const auto start = std::chrono::steady_clock::now();
  const TransformerConfig block{.width = 96, .layers = 2, .heads = 3, .mlp_width = 200};
  const ModelConfig config{
      .embed_dim = 48,
      .image = VisionTransformerConfig{.image_height = 48,
                                       .image_width = 48,
                                       .patch_height = 16,
                                       .patch_width = 16,
                                       .transformer = block},
      .text = TextTransformerConfig{.context_length = 16, .vocab_size = 100, .transformer = block}};
  const TensorStore weights = random_weights(config, 7);
  std::vector<float> pixels(4 * 3 * 48 * 48);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::sin(static_cast<float>(i) * 0.37f);
  std::vector<int32_t> tokens(4 * 16);
  for (size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = i % 16 == 9 ? 99 : static_cast<int32_t>(i * 7 % 90);

  const auto embed = [&](BackendKind backend) {
    const auto encoder = make_encoder(config, weights, {.backend = backend});
    std::vector<double> values(8 * 48);
    encoder->encode_image({.values = pixels, .batch = 4, .height = 48, .width = 48},
                          {.embeddings = values.data()});
    encoder->encode_text(make_text_batch(tokens, *config.text, TextRows::trie),
                         {.embeddings = values.data() + 4 * 48});
    return values;
  };
  const auto judge = embed(BackendKind::ref), fast = embed(BackendKind::cpu);
  SelfTest test{.tolerance = 1e-5};  // the golden cases' limit for unit vectors
  for (size_t i = 0; i < judge.size(); ++i)
    test.max_abs = std::max(test.max_abs, std::abs(judge[i] - fast[i]));
  test.ok = test.max_abs <= test.tolerance;
  test.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return test;
}

std::vector<std::string> models_found() {
  std::vector<std::string> models;
  for (const auto& folder : model_folders()) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (holds_model(entry.path().string())) models.push_back(entry.path().string());
  }
  return models;
}

}  // namespace

Diagnosis diagnose() {
  Diagnosis found{.cpu = cpuinfo("model name"),
                  .instructions = kernel_instructions(),
                  .isa = name_of(chosen_isa()),
                  .threads = thread_count(),
                  .memory_gb = static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                               static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e9,
                  .models = models_found()};
  if (!isa_available(Isa::avx512)) found.untested.push_back("avx512");
  for (const auto& [name, version] : image_libraries()) found.libraries.push_back({name, version});
  std::string why;
  if (torch_library_path(&why).empty()) {
    found.missing.push_back({"libtandem-torch.so", "no training and no --backend torch: " + why});
  } else {
    found.torch = torch_info();
    found.libraries.push_back({"libtorch", found.torch.version});
  }
  if (found.models.empty())
    found.missing.push_back(
        {"a model by name",
         "--model must be given a path: put model folders into models/ or $TANDEM_MODELS"});
  found.self_test = run_self_test();
  return found;
}

}  // namespace tandem
