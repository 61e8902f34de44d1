// The torch backend gives the reference backend's numbers, on every architecture option
// and in every layout of rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <thread>

#include "backend/encoder.h"
#include "backend/f32_tolerance.h"
#include "backend/random_model.h"
#include "backend/torch_library.h"
#include "base/half.h"
#include "tandem/error.h"

namespace tandem_test {
namespace {

using namespace tandem;

// Skips, loudly, where the backend was not built; one that was built must open.
#ifdef TANDEM_TORCH_IS_BUILT
#define TANDEM_NEEDS_TORCH() ASSERT_NO_THROW(torch_info())
#else
#define TANDEM_NEEDS_TORCH() GTEST_SKIP() << "THE TORCH BACKEND IS NOT TESTED: it was not built"
#endif

std::unique_ptr<Encoder> encoder(const ModelConfig& config, const TensorStore& weights,
                                 BackendKind backend) {
  return make_encoder(config, weights, {.backend = backend});
}

struct Result {
  std::vector<double> features, embeddings;
  std::map<std::string, std::vector<double>> taps;
};

constexpr int64_t kPictures = 3;
constexpr int64_t kTexts = 14;

Result encode_pictures(const Encoder& encoder, const ModelConfig& config,
                       std::span<const float> values, bool listen = false) {
  const auto [height, width] = config.image_size();
  Result result;
  result.features.resize(static_cast<size_t>(kPictures * config.embed_dim));
  result.embeddings.resize(result.features.size());
  TapListener listener;
  if (listen)
    listener = [&](const std::string& name, int64_t, int64_t, MapSize, std::vector<double> x) {
      result.taps[name] = std::move(x);
    };
  encoder.encode_image({.values = values, .batch = kPictures, .height = height, .width = width},
                       {result.features.data(), result.embeddings.data()}, listener);
  return result;
}

Result encode_texts(const Encoder& encoder, const ModelConfig& config, const TextBatch& batch,
                    bool listen = false) {
  Result result;
  result.features.resize(batch.pooled_rows.size() * static_cast<size_t>(config.embed_dim));
  result.embeddings.resize(result.features.size());
  TapListener listener;
  if (listen)
    listener = [&](const std::string& name, int64_t, int64_t, MapSize, std::vector<double> x) {
      result.taps[name] = std::move(x);
    };
  encoder.encode_text(batch, {result.features.data(), result.embeddings.data()}, listener);
  return result;
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

class TorchEncoder : public testing::TestWithParam<RandomModel> {
 protected:
  const ModelConfig& config = GetParam().config;
  TensorStore weights = random_weights(config, 1);
  TensorStore moved_weights = moved_by_one_ulp(weights, 2);
};

TEST_P(TorchEncoder, PicturesAsTheReference) {
  TANDEM_NEEDS_TORCH();
  ModelConfig image = config;
  image.text.reset();
  const auto torch = encoder(image, weights, BackendKind::torch);
  const auto ref = encoder(image, weights, BackendKind::ref);
  const auto moved = encoder(image, moved_weights, BackendKind::ref);
  const auto pixels = random_pixels(image, kPictures, 3);
  const auto moved_pixels = moved_by_one_ulp(pixels, 4);
  for (const bool listen : {false, true}) {
    SCOPED_TRACE(listen ? "plain, with taps" : "pruned");
    expect_close(encode_pictures(*torch, image, pixels, listen),
                 encode_pictures(*ref, image, pixels, listen),
                 encode_pictures(*moved, image, moved_pixels, listen));
  }
}

TEST_P(TorchEncoder, TextsAsTheReferenceHoweverTheRowsAreLaidOut) {
  TANDEM_NEEDS_TORCH();
  ModelConfig text = config;
  text.image.reset();
  const auto torch = encoder(text, weights, BackendKind::torch);
  const auto ref = encoder(text, weights, BackendKind::ref);
  const auto moved = encoder(text, moved_weights, BackendKind::ref);
  const auto ids = random_tokens(*text.text, kTexts, 5);
  for (const auto rows : {TextRows::padded, TextRows::packed, TextRows::trie}) {
    if (rows > best_rows(*text.text)) continue;
    for (const bool listen : {false, true}) {
      if (listen && rows != TextRows::padded) continue;
      SCOPED_TRACE(testing::Message() << "rows " << static_cast<int>(rows) << " taps " << listen);
      const TextBatch batch = make_text_batch(ids, *text.text, rows);
      expect_close(encode_texts(*torch, text, batch, listen),
                   encode_texts(*ref, text, batch, listen),
                   encode_texts(*moved, text, batch, listen));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Options, TorchEncoder, testing::ValuesIn(random_models()),
                         [](const auto& info) { return info.param.name; });

TEST(TorchBackend, GivesEveryNumberBackInTheOrderOfTheTexts) {
  TANDEM_NEEDS_TORCH();
  // Packed, the last row first: queries stand in no order.
  const ModelConfig config = small_vit();
  const TensorStore weights = random_weights(config, 1);
  const auto torch = encoder(config, weights, BackendKind::torch);
  const auto ref = encoder(config, weights, BackendKind::ref);
  TextBatch batch =
      make_text_batch(random_tokens(*config.text, kTexts, 5), *config.text, TextRows::packed);
  std::reverse(batch.pooled_rows.begin(), batch.pooled_rows.end());
  batch.pooled_rows.insert(batch.pooled_rows.begin(), 0);  // two of one text
  const auto found = encode_texts(*torch, config, batch);
  const auto exact = encode_texts(*ref, config, batch);
  EXPECT_LE(largest_difference(found.embeddings, exact.embeddings), 1e-5);
}

TEST(TorchBackend, ReadsHalfPrecisionAndUnalignedWeights) {
  TANDEM_NEEDS_TORCH();
  const ModelConfig config = small_vit();
  const TensorStore weights = random_weights(config, 1);
  for (const DType dtype : {DType::f16, DType::bf16, DType::f32}) {
    SCOPED_TRACE(name_of(dtype));
    TensorStore stored, rounded;
    std::deque<std::vector<std::byte>> bytes;
    for (const auto& [name, tensor] : weights.tensors) {
      // One byte in front: nothing is aligned.
      auto& memory = bytes.emplace_back(1);
      std::vector<float> values = to_float(tensor);
      for (float& value : values) {
        const uint16_t half = dtype == DType::f16 ? f16_from_float(value) : bf16_from_float(value);
        if (dtype == DType::f16) value = float_from_f16(half);
        if (dtype == DType::bf16) value = float_from_bf16(half);
        const auto* from = dtype == DType::f32 ? reinterpret_cast<const std::byte*>(&value)
                                               : reinterpret_cast<const std::byte*>(&half);
        memory.insert(memory.end(), from, from + size_of(dtype));
      }
      stored.tensors[name] = {dtype, tensor.shape, std::span(memory).subspan(1)};
      rounded.add(name, tensor.shape, values);
    }
    const auto pixels = random_pixels(config, kPictures, 3);
    const auto found = encoder(config, stored, BackendKind::torch);
    const auto expected = encoder(config, rounded, BackendKind::torch);
    EXPECT_EQ(encode_pictures(*found, config, pixels).features,
              encode_pictures(*expected, config, pixels).features);
  }
}

TEST(TorchBackend, ServesManyThreadsAtOnce) {
  TANDEM_NEEDS_TORCH();
  const ModelConfig config = small_vit();
  const TensorStore weights = random_weights(config, 1);
  const auto torch = encoder(config, weights, BackendKind::torch);
  const auto pixels = random_pixels(config, kPictures, 3);
  const auto alone = encode_pictures(*torch, config, pixels);
  std::vector<Result> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results)
    threads.emplace_back([&] { result = encode_pictures(*torch, config, pixels); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result.features, alone.features);
}

TEST(TorchBackend, AnswersInSentences) {
  TANDEM_NEEDS_TORCH();
  const ModelConfig config = small_vit();
  const TensorStore weights = random_weights(config, 1);
  const auto message = [](auto&& body, ErrorKind kind) -> std::string {
    try {
      body();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "no error";
  };
  const auto on_device = [&](const char* device) {
    return [&, device] {
      make_encoder(config, weights, {.backend = BackendKind::torch, .device = device});
    };
  };
  for (const char* device : {"tpu", "cuda:", "cuda:x", "cuda:-1", "cuda:99999999999", "CPU", ""})
    EXPECT_EQ(message(on_device(device), ErrorKind::bad_input),
              "\"" + std::string(device) + "\" is no device; choose cpu, cuda or cuda:N");
  const std::string missing = message(on_device("cuda:99"), ErrorKind::unsupported);
  EXPECT_TRUE(missing.starts_with("the device cuda:99 is not there")) << missing;

  // An id outside the vocabulary, which the engine refuses before it comes here.
  const auto torch = encoder(config, weights, BackendKind::torch);
  TextBatch batch =
      make_text_batch(random_tokens(*config.text, 2, 5), *config.text, TextRows::packed);
  batch.ids[1] = config.text->vocab_size;
  EXPECT_EQ(
      message([&] { encode_texts(*torch, config, batch); }, ErrorKind::bad_input),
      "the token id 50 is outside the model's vocabulary of 50; use the model's own tokenizer");

  // What libtorch itself objects to, for example pictures of another size.
  const auto pixels = random_pixels(config, 1, 3);
  const Pixels small{.values = pixels, .batch = 1, .height = 8, .width = 6};
  const std::string libtorch =
      message([&] { torch->encode_image(small, {}); }, ErrorKind::unsupported);
  EXPECT_TRUE(libtorch.starts_with("libtorch: ")) << libtorch;
  EXPECT_EQ(libtorch.find('\n'), std::string::npos) << libtorch;
}

TEST(TorchBackend, TellsDoctorWhatItStandsOn) {
  TANDEM_NEEDS_TORCH();
  const TorchInfo info = torch_info();
  EXPECT_TRUE(info.path.ends_with("libtandem-torch.so")) << info.path;
  EXPECT_GE(info.version, "1.13");
  EXPECT_GE(info.cuda_devices, 0);
  EXPECT_FALSE(info.blas.empty());
  RecordProperty("blas", info.blas);
  RecordProperty("warning", info.warning);
}

}  // namespace
}  // namespace tandem_test
