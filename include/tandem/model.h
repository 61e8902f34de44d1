// A loaded CLIP: pictures and texts to embeddings that can be compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/error.h"

namespace tandem {

class Engine;

/// Rows of equal width, row major; as embeddings each row has length 1.
struct Embeddings {
  int64_t rows = 0;
  int64_t width = 0;
  std::vector<float> values;

  std::span<const float> row(int64_t i) const {
    return {values.data() + i * width, static_cast<size_t>(width)};
  }
  std::span<float> row(int64_t i) {
    return {values.data() + i * width, static_cast<size_t>(width)};
  }
};

/// Embeddings are comparable where their space is the same; a different recipe
/// (cleaning, preprocessing, precision...) gives slightly different numbers.
struct Fingerprint {
  std::string space;   ///< hash of weights and config; the layout of the file does not matter
  std::string recipe;  ///< one line of JSON that names everything else which changes numbers
};

/// A picture file in memory.
struct PictureBytes {
  std::string name;  ///< stands in errors
  std::span<const std::byte> bytes;
};

struct LoadOptions {
  std::string backend = "cpu";       ///< "cpu", "ref" (double, slow, the judge), "torch"
  std::string device = "cpu";        ///< torch: "cpu", "cuda", "cuda:1"
  std::string tokenizer;             ///< a tokenizer file for checkpoints that carry none
  bool orient = true;                ///< turn photographs as their EXIF orientation asks
  int64_t max_pixels = 200'000'000;  ///< refuse larger pictures before decoding them
};

/// A CLIP model ready to encode. Movable; const methods are safe to call from
/// many threads at once, and several models share the process's threads.
/// Every method throws Error.
class Model {
 public:
  /// Opens a folder (Hugging Face or open_clip layout), a file (OpenAI's
  /// archives, state dicts), or the name of a model in `models/`, in
  /// $TANDEM_MODELS, in the user's data folder or installed with Tandem; "" is
  /// the built-in model.
  static Model load(const std::string& model, const LoadOptions& options = {});
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  /// The embedding of one picture, of length 1.
  std::vector<float> encode_image(const std::string& path) const;
  /// The same for a picture file in memory; `name` stands in errors.
  std::vector<float> encode_image(std::span<const std::byte> file, const std::string& name) const;
  /// Many pictures, decoded and encoded in batches. Calls `each` in input order
  /// with the embedding, or with the error of a picture that failed.
  using EachImage =
      std::function<void(size_t index, std::span<const float> embedding, const Error* error)>;
  void encode_images(std::span<const std::string> paths, const EachImage& each) const;
  void encode_images(std::span<const PictureBytes> files, const EachImage& each) const;
  /// All at once; the first picture that fails ends the call with its error.
  Embeddings encode_images(std::span<const std::string> paths) const;

  /// The embedding of one text, of length 1. A text that is longer than the
  /// model's context is cut as the reference cuts it.
  std::vector<float> encode_text(std::string_view text) const;
  Embeddings encode_texts(std::span<const std::string> texts) const;

  int embed_dim() const;
  /// exp of the stored logit_scale: cosine times this is a logit.
  double logit_scale() const;
  /// SigLIP's bias, added to the logit; such a model's probabilities are sigmoids.
  std::optional<double> logit_bias() const;
  std::string architecture() const;  ///< "ViT-B/32", or sizes where it has no name
  const std::string& path() const;
  /// Sentences: what the checkpoint's files could not tell and which rule decided it.
  const std::vector<std::string>& rules() const;
  /// Reads all weights once, the first time.
  const Fingerprint& fingerprint() const;

  /// For Tandem's own rooms.
  const Engine& engine() const { return *engine_; }

 private:
  explicit Model(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace tandem
