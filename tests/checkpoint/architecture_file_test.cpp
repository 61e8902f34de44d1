#include "checkpoint/architecture_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/scratch_folder.h"
#include "checkpoint/model_places.h"
#include "model/architectures.h"
#include "model/weight_table.h"
#include "tandem/error.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using tandem_test::refusal;
using tandem_test::ScratchFolder;

struct StatedSize {
  const char* name;
  int64_t parameters;  ///< as open_clip counts them, with kSmallVocabulary where the file has none
  const char* published_name = nullptr;  ///< in model/architectures.h, where it is the same model
};

constexpr int kSmallVocabulary = 8192;

constexpr StatedSize kStated[] = {
    {"RN101-quickgelu", 119'688'033, "RN101"},
    {"RN26-128", 12'258'353},
    {"RN35-64", 12'086'833},
    {"RN50-quickgelu", 102'007'137, "RN50"},
    {"RN50x16-quickgelu", 290'979'217, "RN50x16"},
    {"RN50x4-quickgelu", 178'300'601, "RN50x4"},
    {"RN50x64-quickgelu", 623'258'305, "RN50x64"},
    {"ViT-B-16", 149'620'737},
    {"ViT-B-16-plus-240", 208'377'345},
    {"ViT-B-16-quickgelu", 149'620'737, "ViT-B/16"},
    {"ViT-B-32", 151'277'313},
    {"ViT-B-32-quickgelu", 151'277'313, "ViT-B/32"},
    {"ViT-H-14", 986'109'441, "ViT-H/14"},
    {"ViT-L-14", 427'616'513},
    {"ViT-L-14-336", 427'944'193},
    {"ViT-L-14-336-quickgelu", 427'944'193, "ViT-L/14-336"},
    {"ViT-L-14-quickgelu", 427'616'513, "ViT-L/14"},
    {"ViT-M-16", 102'015'489, "ViT-M/16"},
    {"ViT-M-32", 103'119'873, "ViT-M/32"},
    {"ViT-S-14-112", 35'646'721},
    {"ViT-S-16", 62'257'537, "ViT-S/16"},
    {"ViT-S-16-112", 35'710'081},
    {"ViT-S-32", 63'085'825, "ViT-S/32"},
    {"ViT-Ti-16-112", 8'928'961},
    {"ViT-XS-14-112", 11'882'497},
    {"ViT-XS-16-112", 11'924'737},
    {"ViT-XS-16-96", 10'341'889},
    {"ViT-bigG-14", 2'539'567'105, "ViT-bigG/14"},
    {"ViT-g-14", 1'366'678'273, "ViT-g/14"},
};

/// The project's own models/ as $TANDEM_MODELS.
class ArchitectureFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TANDEM_MODELS", (std::string(TANDEM_SOURCE_DIR) + "/models").c_str(), 1);
  }
  void TearDown() override { ::unsetenv("TANDEM_MODELS"); }
};

TEST_F(ArchitectureFiles, EachIsLoadedAndHasItsStatedParameters) {
  std::set<std::string> files, stated;
  for (const auto& entry :
       fs::directory_iterator(std::string(TANDEM_SOURCE_DIR) + "/models/configs"))
    files.insert(entry.path().stem().string());
  for (const auto& each : kStated) {
    stated.insert(each.name);
    Architecture architecture = read_architecture(each.name);
    auto& text = *architecture.config.text;
    if (text.vocab_size == 0) text.vocab_size = kSmallVocabulary;
    EXPECT_EQ(parameter_count(architecture.config), each.parameters) << each.name;
    EXPECT_NO_THROW(validate(architecture.config, each.name));
    EXPECT_EQ(architecture.preprocess.height, architecture.config.image_size()[0]) << each.name;
    if (each.published_name) {
      EXPECT_EQ(describe(architecture.config), describe(architecture_named(each.published_name)))
          << each.name;
    }
  }
  EXPECT_EQ(files, stated) << "state the size of each file in models/configs here";
}

TEST_F(ArchitectureFiles, AreNoNamesThatMeanSomethingElseAlready) {
  // A published name goes before a file's, which could then never be had by its own.
  const auto known = known_architectures();
  for (const auto& each : kStated)
    EXPECT_EQ(std::count(known.begin(), known.end(), each.name), 0) << each.name;
}

TEST_F(ArchitectureFiles, OurSmallOnesTakeTheTokenizersVocabulary) {
  for (const char* name : {"ViT-Ti-16-112", "ViT-XS-16-96", "ViT-S-14-112", "RN26-128", "RN35-64"})
    EXPECT_EQ(read_architecture(name).config.text->vocab_size, 0) << name;
  EXPECT_EQ(read_architecture("ViT-B-32").config.text->vocab_size, 49408);
}

TEST_F(ArchitectureFiles, APublishedNameIsTheKnownArchitecture) {
  const auto architecture = read_architecture("ViT-L/14-336");
  EXPECT_EQ(describe(architecture.config), describe(architecture_named("ViT-L/14-336")));
  EXPECT_EQ(architecture.preprocess.width, 336);
}

TEST_F(ArchitectureFiles, APathIsReadAsItIs) {
  const ScratchFolder scratch;
  const auto path = scratch.write("mine.json",
                                  R"({"model_cfg": {"embed_dim": 64,
      "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 16},
      "text_cfg": {"context_length": 8, "width": 64, "heads": 1, "layers": 2}},
      "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}})");
  const auto architecture = read_architecture(path);
  EXPECT_EQ(architecture.config.embed_dim, 64);
  EXPECT_EQ(architecture.config.text->vocab_size, 0);
  EXPECT_EQ(architecture.preprocess.mean[0], 0.5);
}

TEST_F(ArchitectureFiles, WhatIsNotFoundSaysWhatIs) {
  const auto sentence = refusal([] { read_architecture("ViT-B-31"); });
  for (const char* part : {"ViT-B-31", "models/configs", "ViT-B/32", "ViT-S-16-112"})
    EXPECT_NE(sentence.find(part), std::string::npos) << sentence;
  EXPECT_NE(refusal([] { read_architecture("nowhere/mine.json"); }), "");
}

TEST_F(ArchitectureFiles, AreLookedForWhereModelsAreAndBesideTheLibrary) {
  const auto folders = architecture_folders();
  EXPECT_EQ(folders.size(), model_folders().size());
  EXPECT_EQ(folders[0], "models/configs");
  EXPECT_TRUE(folders.back().ends_with("share/tandem/configs")) << folders.back();
}

TEST_F(ArchitectureFiles, ABuildFolderHasTheSourcesModels) {
  ASSERT_EQ(model_folders().back(), installed_models_folder());
  EXPECT_TRUE(std::filesystem::equivalent(installed_models_folder(), TANDEM_SOURCE_DIR "/models"));
}

}  // namespace
}  // namespace tandem
