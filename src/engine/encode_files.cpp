#include <algorithm>
#include <optional>

#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "engine/engine.h"

namespace tandem {
namespace {

// Pictures decoded at once: as many as are encoded at once, so that memory stays bounded.
constexpr size_t kBatch = 32;

}  // namespace

void Engine::encode_files(std::span<const std::string> paths, Output output,
                          const Model::EachImage& each) const {
  encode_loaded(
      paths.size(), [&](size_t i) { return load_picture(paths[i]); }, output, each);
}

void Engine::encode_files(std::span<const PictureBytes> files, Output output,
                          const Model::EachImage& each) const {
  encode_loaded(
      files.size(), [&](size_t i) { return load_picture(files[i].bytes, files[i].name); }, output,
      each);
}

void Engine::encode_loaded(size_t files, const LoadOne& load, Output output,
                           const Model::EachImage& each) const {
  for (size_t begin = 0; begin < files; begin += kBatch) {
    check_interrupt();
    const size_t count = std::min(kBatch, files - begin);
    std::vector<RgbImage> pictures(count);
    std::vector<std::optional<Error>> errors(count);
    parallel_for(static_cast<int64_t>(count), [&](int64_t i) {
      try {
        pictures[i] = load(begin + i);
      } catch (const Error& error) {
        check_interrupt();
        errors[i] = error;
      }
    });
    std::vector<RgbImage> good;
    for (size_t i = 0; i < count; ++i)
      if (!errors[i]) good.push_back(std::move(pictures[i]));
    const Embeddings embeddings = encode_pictures(good, output);
    int64_t row = 0;
    for (size_t i = 0; i < count; ++i) {
      if (errors[i])
        each(begin + i, {}, &*errors[i]);
      else
        each(begin + i, embeddings.row(row++), nullptr);
    }
  }
}

}  // namespace tandem
