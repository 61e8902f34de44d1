#include "tandem/model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/thread_pool.h"
#include "engine/engine.h"
#include "golden_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

class LoadedModel : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = tandem_test::golden_case("zero_shot/one_template");
    if (folder_.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    for (const auto& entry : fs::directory_iterator(folder_ + "/images"))
      pictures_.push_back(entry.path().string());
    std::sort(pictures_.begin(), pictures_.end());
  }
  void TearDown() override { set_thread_count(2); }

  Model load() const { return Model::load(folder_ + "/hf", {.orient = false}); }

  std::string folder_;
  std::vector<std::string> pictures_;
};

TEST_F(LoadedModel, EncodesPicturesAndTextsToLengthOne) {
  const Model model = load();
  for (const auto& embedding :
       {model.encode_image(pictures_[0]), model.encode_text("a photo of a cat")}) {
    ASSERT_EQ(static_cast<int>(embedding.size()), model.embed_dim());
    double length = 0;
    for (const float value : embedding) length += static_cast<double>(value) * value;
    EXPECT_NEAR(length, 1, 1e-6);
  }
}

TEST_F(LoadedModel, APictureInMemoryIsThePictureInTheFile) {
  const Model model = load();
  std::ifstream file(pictures_[1], std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(model.encode_image(std::as_bytes(std::span(bytes)), "memory"),
            model.encode_image(pictures_[1]));
}

TEST_F(LoadedModel, APictureThatFailsIsNamedAndTheOthersAreDone) {
  const Model model = load();
  const std::vector<std::string> paths = {pictures_[0], "no/such/picture.png", pictures_[1]};
  std::vector<std::string> failed;
  int done = 0;
  model.encode_images(paths, [&](size_t i, std::span<const float> embedding, const Error* error) {
    if (error) return failed.push_back(error->what());
    ++done;
    EXPECT_EQ(std::vector<float>(embedding.begin(), embedding.end()), model.encode_image(paths[i]));
  });
  EXPECT_EQ(done, 2);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_NE(failed[0].find("no/such/picture.png"), std::string::npos);
  EXPECT_THROW(model.encode_images(paths), Error);
}

TEST_F(LoadedModel, TheNumberOfThreadsChangesNoBit) {
  const Model model = load();
  const std::vector<std::string> texts = {"a cat", "a photo of a dog on a beach",
                                          "7-string guitar"};
  set_thread_count(1);
  const auto pictures = model.encode_images(pictures_).values;
  const auto captions = model.encode_texts(texts).values;
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(model.encode_images(pictures_).values, pictures) << threads;
    EXPECT_EQ(model.encode_texts(texts).values, captions) << threads;
  }
}

TEST_F(LoadedModel, ManyThreadsAndSeveralModelsAtOnce) {
  const Model first = load(), second = load();
  const auto picture = first.encode_image(pictures_[0]);
  const auto text = first.encode_text("golden retriever");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      const Model& model = i % 2 ? first : second;
      for (int round = 0; round < 5; ++round) {
        EXPECT_EQ(model.encode_image(pictures_[0]), picture);
        EXPECT_EQ(model.encode_text("golden retriever"), text);
      }
    });
  for (auto& thread : threads) thread.join();
}

TEST_F(LoadedModel, TheSpaceIsTheSameInEveryLayoutOfTheSameWeights) {
  const Model model = load();
  const fs::path out = fs::temp_directory_path() / "tandem_model_test_open_clip";
  fs::remove_all(out);
  write_checkpoint(model.engine().checkpoint(), out.string(), Layout::open_clip, std::nullopt);
  const Model converted = Model::load(out.string());
  EXPECT_EQ(converted.fingerprint().space, model.fingerprint().space);
  EXPECT_EQ(model.fingerprint().space.size(), 32u);
  fs::remove_all(out);
}

TEST_F(LoadedModel, ModelsAreFoundByNameInTheFoldersOfTheEnvironment) {
  ::setenv("TANDEM_MODELS", ("/nowhere:" + folder_).c_str(), 1);
  EXPECT_EQ(find_model("hf"), folder_ + "/hf");
  ::unsetenv("TANDEM_MODELS");
  EXPECT_THROW(find_model("no-model-of-this-name"), Error);
}

}  // namespace
}  // namespace tandem
