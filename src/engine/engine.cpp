#include "engine/engine.h"

#include <algorithm>
#include <numeric>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "engine/fingerprint.h"
#include "model/prompt_trie.h"
#include "image/decode.h"
#include "image/preprocess.h"
#include "model/weight_table.h"

namespace tandem {
namespace {

// Rows of activations that are alive at once: bounds memory, and is far above
// what the products need to be fast.
constexpr int64_t kTextRows = 4096;
constexpr int64_t kPictures = 32;

EncoderOutput output_to(double* values, Output output) {
  return output == Output::features ? EncoderOutput{.features = values}
                                    : EncoderOutput{.embeddings = values};
}

bool brings_tokenizer(const TokenizerFiles& files) {
  return !files.tokenizer_json.empty() || !files.vocab.empty() || !files.bpe_vocab.empty();
}

}  // namespace

BackendKind backend_named(const std::string& name) {
  for (const auto kind : {BackendKind::cpu, BackendKind::ref, BackendKind::torch})
    if (name == name_of(kind)) return kind;
  fail(ErrorKind::bad_input, "\"{}\" is no backend; choose cpu, ref or torch", name);
}

Engine::Engine(Checkpoint checkpoint, const LoadOptions& options)
    : checkpoint_(std::move(checkpoint)),
      options_(options),
      backend_(backend_named(options.backend)) {
  if (backend_ != BackendKind::torch && options_.device != "cpu")
    fail(ErrorKind::unsupported, "--backend {} has no device \"{}\"; give --backend torch too",
         name_of(backend_), options_.device);
  if (!checkpoint_.config.text || !brings_tokenizer(checkpoint_.tokenizer)) return;
  tokenizer_ = Tokenizer::load(checkpoint_.tokenizer, checkpoint_.cleaning,
                               checkpoint_.config.text->vocab_size);
  check_tokenizer(checkpoint_, *tokenizer_);
}

const Tokenizer& Engine::tokenizer() const {
  if (!checkpoint_.config.text)
    fail(ErrorKind::unsupported, "{}: has no text tower; choose a whole CLIP", checkpoint_.path);
  if (!tokenizer_)
    fail(ErrorKind::bad_model,
         "{}: brings no tokenizer; give one with --tokenizer (CLIP's is "
         "bpe_simple_vocab_16e6.txt.gz)",
         checkpoint_.path);
  return *tokenizer_;
}

const Fingerprint& Engine::fingerprint() const {
  std::call_once(fingerprint_once_, [&] {
    fingerprint_ = make_fingerprint(checkpoint_, tokenizer_ ? &*tokenizer_ : nullptr, options_);
  });
  return fingerprint_;
}

const Encoder& Engine::prepared(std::once_flag& once, std::unique_ptr<Encoder>& encoder,
                                bool image) const {
  std::call_once(once, [&] {
    ModelConfig tower = checkpoint_.config;
    if (image)
      tower.text.reset();
    else
      tower.image.reset();
    encoder =
        make_encoder(tower, checkpoint_.weights, {.backend = backend_, .device = options_.device});
    // What was packed is not read again; what was not comes back from the page cache.
    for (const auto& file : checkpoint_.weights.files) file.release(file.bytes());
  });
  return *encoder;
}

const Encoder& Engine::image_encoder() const {
  if (!checkpoint_.config.image)
    fail(ErrorKind::unsupported, "{}: has no image tower; choose a whole CLIP", checkpoint_.path);
  return prepared(image_once_, image_encoder_, true);
}

const Encoder& Engine::text_encoder() const {
  if (!checkpoint_.config.text)
    fail(ErrorKind::unsupported, "{}: has no text tower; choose a whole CLIP", checkpoint_.path);
  return prepared(text_once_, text_encoder_, false);
}

RgbImage Engine::load_picture(std::span<const std::byte> file, const std::string& path) const {
  Image image = decode_image(file, path, {.max_pixels = options_.max_pixels});
  if (options_.orient)
    image = apply_orientation(std::move(image), image_info(file, path).orientation);
  return preprocess(image, checkpoint_.preprocess, path);
}

RgbImage Engine::load_picture(const std::string& path) const {
  const MappedFile file(path);
  return load_picture(file.bytes(), path);
}

Embeddings Engine::encode_pictures(std::span<const RgbImage> pictures, Output output) const {
  const auto& encoder = image_encoder();
  const auto [height, width] = checkpoint_.config.image_size();
  const int64_t size = int64_t{3} * height * width;
  Embeddings embeddings{.rows = static_cast<int64_t>(pictures.size()),
                        .width = checkpoint_.config.embed_dim};
  for (int64_t begin = 0; begin < embeddings.rows; begin += kPictures) {
    const int64_t count = std::min(kPictures, embeddings.rows - begin);
    std::vector<float> pixels(static_cast<size_t>(count * size));
    parallel_for(count, [&](int64_t i) {
      normalise(pictures[begin + i], checkpoint_.preprocess, pixels.data() + i * size);
    });
    std::vector<double> rows(static_cast<size_t>(count * embeddings.width));
    encoder.encode_image({.values = pixels, .batch = count, .height = height, .width = width},
                         output_to(rows.data(), output));
    embeddings.values.insert(embeddings.values.end(), rows.begin(), rows.end());
  }
  return embeddings;
}

std::vector<int32_t> Engine::padded_row(std::string_view text, bool truncate) const {
  const auto& config = *checkpoint_.config.text;
  TokenRow row = tokenizer().encode_row(text, config.context_length, truncate);
  row.ids.resize(static_cast<size_t>(config.context_length), tokenizer_->pad_id());
  return std::move(row.ids);
}

Embeddings Engine::encode_tokens(std::span<const int32_t> padded, TextRows rows, Output output,
                                 int64_t* rows_computed) const {
  const auto& encoder = text_encoder();
  Embeddings embeddings{
      .rows = static_cast<int64_t>(padded.size()) / checkpoint_.config.text->context_length,
      .width = checkpoint_.config.embed_dim};
  embeddings.values.resize(static_cast<size_t>(embeddings.rows * embeddings.width));
  for_each_chunk(padded, rows, [&](const TextBatch& batch, std::span<const int64_t> texts) {
    check_interrupt();
    std::vector<double> values(texts.size() * static_cast<size_t>(embeddings.width));
    encoder.encode_text(batch, output_to(values.data(), output));
    for (size_t i = 0; i < texts.size(); ++i)
      std::copy_n(values.begin() + static_cast<int64_t>(i) * embeddings.width, embeddings.width,
                  embeddings.row(texts[i]).begin());
    if (rows_computed) *rows_computed += batch.sequences.rows();
  });
  return embeddings;
}

int64_t Engine::rows_to_compute(std::span<const int32_t> padded, TextRows rows) const {
  int64_t count = 0;
  for_each_chunk(padded, rows, [&](const TextBatch& batch, std::span<const int64_t>) {
    count += batch.sequences.rows();
  });
  return count;
}

void Engine::for_each_chunk(std::span<const int32_t> padded, TextRows rows,
                            const EachChunk& each) const {
  const auto& config = *checkpoint_.config.text;
  rows = std::min(rows, best_rows(config));
  if (rows == TextRows::trie) return for_each_trie(padded, each);
  const auto length = static_cast<int64_t>(config.context_length);
  const int64_t texts = static_cast<int64_t>(padded.size()) / length;
  const int64_t at_once = std::max<int64_t>(1, kTextRows / config.rows());
  for (int64_t begin = 0; begin < texts; begin += at_once) {
    std::vector<int64_t> indices(static_cast<size_t>(std::min(at_once, texts - begin)));
    std::iota(indices.begin(), indices.end(), begin);
    const auto part = padded.subspan(static_cast<size_t>(begin * length),
                                     indices.size() * static_cast<size_t>(length));
    each(make_text_batch(part, config, rows), indices);
  }
}

void Engine::for_each_trie(std::span<const int32_t> padded, const EachChunk& each) const {
  const auto& config = *checkpoint_.config.text;
  const auto length = static_cast<size_t>(config.context_length);
  check_ids(padded, config);
  // In the order of their ids, texts that begin alike meet in one chunk.
  std::vector<int64_t> order(padded.size() / length);
  std::iota(order.begin(), order.end(), 0);
  const auto ids_of = [&](int64_t text) {
    return padded.subspan(static_cast<size_t>(text) * length, length);
  };
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return std::lexicographical_compare(ids_of(a).begin(), ids_of(a).end(), ids_of(b).begin(),
                                        ids_of(b).end());
  });
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    PromptTrie trie;
    for (; end < order.size(); ++end) {
      const auto ids = ids_of(order[end]);
      const auto used = ids.first(static_cast<size_t>(pooled_position(ids, config)) + 1);
      if (trie.nodes() > 0 && trie.nodes() + trie.new_nodes(used) > kTextRows) break;
      trie.add(used);
    }
    each(trie.batch(), std::span(order).subspan(begin, end - begin));
  }
}

std::vector<int32_t> Engine::padded_rows(std::span<const std::string> texts) const {
  tokenizer();  // its error before the threads start
  const auto length = static_cast<size_t>(checkpoint_.config.text->context_length);
  std::vector<int32_t> padded(texts.size() * length);
  parallel_for(static_cast<int64_t>(texts.size()), [&](int64_t i) {
    const auto row = padded_row(texts[i]);
    std::copy(row.begin(), row.end(), padded.begin() + i * static_cast<int64_t>(length));
  });
  return padded;
}

Embeddings Engine::encode_texts(std::span<const std::string> texts, Output output) const {
  return encode_tokens(padded_rows(texts), TextRows::trie, output);
}

}  // namespace tandem
