// A loaded model behind the public Model: a checkpoint, its tokenizer, and encoders
// that are prepared when their tower is first used.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/encoder.h"
#include "checkpoint/checkpoint.h"
#include "image/image.h"
#include "model/text_batch.h"
#include "tandem/model.h"
#include "text/tokenizer.h"

namespace tandem {

/// A tower's result as it is, or made of length 1.
enum class Output { features, embeddings };

/// Everything const is safe from many threads at once.
class Engine {
 public:
  Engine(Checkpoint checkpoint, const LoadOptions& options);

  const Checkpoint& checkpoint() const { return checkpoint_; }
  const LoadOptions& options() const { return options_; }
  /// Error: bad_model where the checkpoint brings no tokenizer; says what to give.
  const Tokenizer& tokenizer() const;
  bool has_tokenizer() const { return tokenizer_.has_value(); }
  const Fingerprint& fingerprint() const;

  /// A picture file as the tower's u8 input. `path` stands in errors.
  RgbImage load_picture(std::span<const std::byte> file, const std::string& path) const;
  RgbImage load_picture(const std::string& path) const;

  /// Pictures of the tower's size.
  Embeddings encode_pictures(std::span<const RgbImage> pictures,
                             Output output = Output::embeddings) const;

  /// Picture files, decoded and encoded in batches; see Model::encode_images.
  void encode_files(std::span<const std::string> paths, Output output,
                    const Model::EachImage& each) const;
  void encode_files(std::span<const PictureBytes> files, Output output,
                    const Model::EachImage& each) const;

  /// Token ids of one text, padded to the context length with the tokenizer's
  /// padding. Error: bad_input where it is too long and truncate is false.
  std::vector<int32_t> padded_row(std::string_view text, bool truncate = true) const;
  /// [texts, context_length] ids, in chunks of bounded memory. `rows_computed`
  /// counts the tower's rows.
  Embeddings encode_tokens(std::span<const int32_t> padded, TextRows rows = TextRows::trie,
                           Output output = Output::embeddings,
                           int64_t* rows_computed = nullptr) const;
  /// The rows that encode_tokens would compute, without computing them.
  int64_t rows_to_compute(std::span<const int32_t> padded, TextRows rows) const;
  /// The texts' rows one after the other, tokenised on all threads.
  std::vector<int32_t> padded_rows(std::span<const std::string> texts) const;
  Embeddings encode_texts(std::span<const std::string> texts,
                          Output output = Output::embeddings) const;

  const Encoder& image_encoder() const;
  const Encoder& text_encoder() const;

 private:
  using LoadOne = std::function<RgbImage(size_t)>;
  void encode_loaded(size_t files, const LoadOne& load, Output output,
                     const Model::EachImage& each) const;
  const Encoder& prepared(std::once_flag& once, std::unique_ptr<Encoder>& encoder,
                          bool image) const;
  /// Calls each(batch, indices of its texts) for chunks of bounded size.
  using EachChunk = std::function<void(const TextBatch&, std::span<const int64_t>)>;
  void for_each_chunk(std::span<const int32_t> padded, TextRows rows, const EachChunk& each) const;
  void for_each_trie(std::span<const int32_t> padded, const EachChunk& each) const;

  Checkpoint checkpoint_;
  LoadOptions options_;
  BackendKind backend_;
  std::optional<Tokenizer> tokenizer_;
  mutable std::once_flag image_once_, text_once_, fingerprint_once_;
  mutable std::unique_ptr<Encoder> image_encoder_, text_encoder_;
  mutable Fingerprint fingerprint_;
};

/// open_checkpoint(find_model(name)); and "random:ViT-B/32" is that architecture
/// with random weights (model/architectures.h), for benchmarks.
Checkpoint open_model(const std::string& name, const OpenOptions& options);

/// "cpu", "ref" or "torch"; bad_input for another name.
BackendKind backend_named(const std::string& name);

/// A path as it is, or the folder or file of that name in one of model_folders();
/// "" is the built-in model. Error: io naming where it looked.
std::string find_model(const std::string& path_or_name);

}  // namespace tandem
