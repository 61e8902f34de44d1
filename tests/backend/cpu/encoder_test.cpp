// Whole towers on the CPU backend: the reference's numbers, and the same bits however the work
// is shared out.
#include <gtest/gtest.h>

#include <thread>

#include "backend/cpu/cpu_backend.h"
#include "backend/encoder_of.h"
#include "backend/f32_tolerance.h"
#include "backend/random_model.h"
#include "backend/ref/ref_encoder.h"
#include "base/half.h"
#include "base/thread_pool.h"
#include "kernels/every_kernel.h"

namespace tandem_test {
namespace {

using namespace tandem;
using CpuEncoder = EncoderOf<cpu::Backend>;

cpu::Backend::Shared shared_with(const cpu::Kernels* kernels) {
  cpu::Backend::Shared shared;
  shared.kernels = kernels;
  return shared;
}

struct Result {
  std::vector<double> features, embeddings;
  std::map<std::string, std::vector<double>> taps;
};

// Runs encode(output, listener) for `n` results.
template <class Encode>
Result collect(int64_t n, const ModelConfig& config, bool listen, const Encode& encode) {
  Result result;
  result.features.resize(static_cast<size_t>(n * config.embed_dim));
  result.embeddings.resize(result.features.size());
  TapListener listener;
  if (listen)
    listener = [&](const std::string& name, int64_t, int64_t, MapSize, std::vector<double> x) {
      result.taps[name] = std::move(x);
    };
  encode(EncoderOutput{result.features.data(), result.embeddings.data()}, listener);
  return result;
}

Result encode_pictures(const Encoder& encoder, const ModelConfig& config,
                       std::span<const float> values, bool listen = false) {
  const auto [height, width] = config.image_size();
  const auto batch = static_cast<int64_t>(values.size()) / (int64_t{3} * height * width);
  const Pixels pixels{.values = values, .batch = batch, .height = height, .width = width};
  return collect(batch, config, listen, [&](const auto& output, const auto& listener) {
    encoder.encode_image(pixels, output, listener);
  });
}

Result encode_texts(const Encoder& encoder, const ModelConfig& config, const TextBatch& batch,
                    bool listen = false) {
  return collect(static_cast<int64_t>(batch.pooled_rows.size()), config, listen,
                 [&](const auto& output, const auto& listener) {
                   encoder.encode_text(batch, output, listener);
                 });
}

void expect_close(const Result& found, const Result& exact, const Result& moved) {
  EXPECT_LE(largest_difference(found.features, exact.features),
            f32_tolerance(exact.features, moved.features));
  EXPECT_LE(largest_difference(found.embeddings, exact.embeddings),
            f32_tolerance(exact.embeddings, moved.embeddings));
  ASSERT_EQ(found.taps.size(), exact.taps.size());
  for (const auto& [name, values] : exact.taps) {
    ASSERT_TRUE(found.taps.contains(name)) << name;
    EXPECT_LE(largest_difference(found.taps.at(name), values),
              f32_tolerance(values, moved.taps.at(name)))
        << name;
  }
}

constexpr int64_t kPictures = 3;
constexpr int64_t kTexts = 14;

class CpuTowers : public testing::TestWithParam<RandomModel> {
 protected:
  const ModelConfig& config = GetParam().config;
  TensorStore weights = random_weights(config, 1);
  std::unique_ptr<Encoder> ref = ref::make_encoder(config, weights);
  TensorStore moved_weights = moved_by_one_ulp(weights, 2);
  std::unique_ptr<Encoder> moved = ref::make_encoder(config, moved_weights);
};

TEST_P(CpuTowers, PicturesAsTheReference) {
  const auto pixels = random_pixels(config, kPictures, 3);
  const auto moved_pixels = moved_by_one_ulp(pixels, 4);
  for (const auto& kernels : every_kernel()) {
    const CpuEncoder encoder(config, weights, shared_with(kernels.kernels));
    for (const bool listen : {false, true}) {
      SCOPED_TRACE(kernels.name + (listen ? " plain, with taps" : " pruned"));
      expect_close(encode_pictures(encoder, config, pixels, listen),
                   encode_pictures(*ref, config, pixels, listen),
                   encode_pictures(*moved, config, moved_pixels, listen));
    }
  }
}

TEST_P(CpuTowers, TextsAsTheReferenceHoweverTheRowsAreLaidOut) {
  const auto ids = random_tokens(*config.text, kTexts, 5);
  for (const auto& kernels : every_kernel()) {
    const CpuEncoder encoder(config, weights, shared_with(kernels.kernels));
    for (const auto rows : {TextRows::padded, TextRows::packed, TextRows::trie}) {
      if (rows > best_rows(*config.text)) continue;
      const TextBatch batch = make_text_batch(ids, *config.text, rows);
      for (const bool listen : {false, true}) {
        if (listen && rows != TextRows::padded) continue;
        SCOPED_TRACE(testing::Message()
                     << kernels.name << " rows " << static_cast<int>(rows) << " taps " << listen);
        expect_close(encode_texts(encoder, config, batch, listen),
                     encode_texts(*ref, config, batch, listen),
                     encode_texts(*moved, config, batch, listen));
      }
    }
  }
}

// The number of threads is the process's: this puts it back.
class Threads {
 public:
  explicit Threads(int count) { set_thread_count(count); }
  ~Threads() { set_thread_count(before_); }

 private:
  int before_ = thread_count();
};

TEST_P(CpuTowers, AnyNumberOfThreadsGivesTheSameBits) {
  for (const auto& kernels : every_kernel()) {
    SCOPED_TRACE(kernels.name);
    const CpuEncoder encoder(config, weights, shared_with(kernels.kernels));
    const auto pixels = random_pixels(config, 5, 3);
    const auto texts =
        make_text_batch(random_tokens(*config.text, 40, 5), *config.text, TextRows::trie);
    std::optional<Result> pictures_of_one, texts_of_one;
    for (const int count : {1, 2, 4}) {
      const Threads threads(count);
      const auto pictures = encode_pictures(encoder, config, pixels);
      const auto found = encode_texts(encoder, config, texts);
      if (!pictures_of_one) pictures_of_one = pictures, texts_of_one = found;
      EXPECT_EQ(pictures.embeddings, pictures_of_one->embeddings) << count;
      EXPECT_EQ(found.embeddings, texts_of_one->embeddings) << count;
    }
  }
}

TEST_P(CpuTowers, TheRestOfABatchChangesNoBit) {
  for (const auto& kernels : every_kernel()) {
    SCOPED_TRACE(kernels.name);
    const CpuEncoder encoder(config, weights, shared_with(kernels.kernels));
    const int64_t batch = 7, dim = config.embed_dim;
    const auto pixels = random_pixels(config, batch, 3);
    const auto together = encode_pictures(encoder, config, pixels).features;
    for (const int64_t i : {int64_t{0}, batch - 1}) {
      const size_t size = pixels.size() / batch;
      const auto alone =
          encode_pictures(encoder, config, std::span(pixels).subspan(i * size, size)).features;
      EXPECT_EQ(alone,
                std::vector<double>(together.begin() + i * dim, together.begin() + (i + 1) * dim));
    }
    // Padded texts, packed ones and a trie of them.
    const auto ids = random_tokens(*config.text, kTexts, 5);
    const auto padded =
        encode_texts(encoder, config, make_text_batch(ids, *config.text, TextRows::padded));
    for (const auto rows : {TextRows::packed, TextRows::trie})
      EXPECT_EQ(encode_texts(encoder, config, make_text_batch(ids, *config.text, rows)).embeddings,
                padded.embeddings);
  }
}

TEST_P(CpuTowers, MemoryStopsGrowingAfterTheFirstBatch) {
  auto shared = shared_with(&cpu::chosen_kernels());
  const auto& workspaces = *shared.workspaces;
  const CpuEncoder encoder(config, weights, std::move(shared));
  const auto pixels = random_pixels(config, 8, 3);
  const auto ids = random_tokens(*config.text, 40, 5);
  const auto encode = [&](int64_t pictures, int64_t texts) {
    encode_pictures(encoder, config, std::span(pixels).first(pixels.size() / 8 * pictures));
    const auto some = std::span(ids).first(texts * config.text->context_length);
    encode_texts(encoder, config, make_text_batch(some, *config.text, TextRows::packed));
    return workspaces.bytes();
  };
  const int64_t first = encode(8, 40);
  EXPECT_GT(first, 0);
  EXPECT_EQ(encode(8, 40), first);
  EXPECT_EQ(encode(3, 11), first);
  EXPECT_EQ(encode(1, 1), first);
  EXPECT_EQ(encode(8, 40), first);
}

INSTANTIATE_TEST_SUITE_P(Options, CpuTowers, testing::ValuesIn(random_models()),
                         [](const auto& info) { return info.param.name; });

TEST(CpuEncoders, ServeManyThreadsAtOnce) {
  const ModelConfig config = small_vit();
  const TensorStore weights = random_weights(config, 1), other_weights = random_weights(config, 2);
  const CpuEncoder encoder(config, weights, {}), other(config, other_weights, {});
  const auto pixels = random_pixels(config, kPictures, 3);
  const auto texts =
      make_text_batch(random_tokens(*config.text, kTexts, 5), *config.text, TextRows::trie);
  const auto alone = encode_pictures(encoder, config, pixels);
  const auto other_alone = encode_texts(other, config, texts);
  std::vector<Result> results(8), other_results(8);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int repeat = 0; repeat < 5; ++repeat) {
        results[i] = encode_pictures(encoder, config, pixels);
        other_results[i] = encode_texts(other, config, texts);
      }
    });
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(results[i].embeddings, alone.embeddings);
    EXPECT_EQ(other_results[i].embeddings, other_alone.embeddings);
  }
}

TEST(CpuEncoders, QueriesMayStandInAnyOrder) {
  const ModelConfig config = small_vit();
  const TensorStore weights = random_weights(config, 1);
  const CpuEncoder encoder(config, weights, {});
  TextBatch batch =
      make_text_batch(random_tokens(*config.text, kTexts, 5), *config.text, TextRows::packed);
  const auto straight = encode_texts(encoder, config, batch).features;
  std::reverse(batch.pooled_rows.begin(), batch.pooled_rows.end());
  const auto reversed = encode_texts(encoder, config, batch).features;
  const int64_t dim = config.embed_dim;
  for (int64_t i = 0; i < kTexts; ++i)
    EXPECT_EQ(std::vector(straight.begin() + i * dim, straight.begin() + (i + 1) * dim),
              std::vector(reversed.end() - (i + 1) * dim, reversed.end() - i * dim));
}

TEST(CpuEncoders, ReadHalfPrecisionAndUnalignedWeights) {
  const ModelConfig config = small_vit();
  const TensorStore weights = random_weights(config, 1);
  for (const DType dtype : {DType::f16, DType::bf16, DType::f32}) {
    SCOPED_TRACE(name_of(dtype));
    TensorStore stored, rounded;
    for (const auto& [name, tensor] : weights.tensors) {
      std::vector<std::byte> memory(1);  // one byte in front: nothing is aligned
      std::vector<float> values = to_float(tensor);
      for (float& value : values) {
        const uint16_t half = dtype == DType::f16 ? f16_from_float(value) : bf16_from_float(value);
        if (dtype == DType::f16) value = float_from_f16(half);
        if (dtype == DType::bf16) value = float_from_bf16(half);
        const auto* from = dtype == DType::f32 ? reinterpret_cast<const std::byte*>(&value)
                                               : reinterpret_cast<const std::byte*>(&half);
        memory.insert(memory.end(), from, from + size_of(dtype));
      }
      const auto& owned = stored.buffers.emplace_back(std::move(memory));
      stored.tensors[name] = {dtype, tensor.shape, std::span(owned).subspan(1)};
      rounded.add(name, tensor.shape, values);
    }
    const auto pixels = random_pixels(config, kPictures, 3);
    EXPECT_EQ(encode_pictures(CpuEncoder(config, stored, {}), config, pixels).features,
              encode_pictures(CpuEncoder(config, rounded, {}), config, pixels).features);
  }
}

}  // namespace
}  // namespace tandem_test
