#include "train/run_config.h"

#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "base/scratch_folder.h"

using namespace tandem;
using tandem_test::refusal;
using tandem_test::ScratchFolder;

namespace {

using Overrides = std::vector<std::pair<std::string, std::string>>;

RunConfig parsed(const std::string& toml, const Overrides& overrides = {}) {
  return parse_run_config(toml, "run.toml", "", overrides);
}

std::string refused(const std::string& toml, const Overrides& overrides = {}) {
  return refusal([&] { parsed(toml, overrides); });
}

const char* const kWhole = R"(out = "runs/a"
seed = 7
[model]
architecture = "ViT-B/32"
tokenizer = "bpe"
[data]
validation = "val.tar"
threads = 2
[data.augmentation]
flip = 0.5
[[data.train]]
path = "train-{0000..0007}.tar"
texts = ["txt", {field = "caption", weight = 2}]
image_keys = "jpg"
where = {source = ["coco", "own"]}
[[data.train]]
path = "pipe:zcat more.tar.gz"
weight = 0.5
templates = ["a photo of a {}.", "{}"]
[loss]
kind = "sigmoid"
[optimizer]
lr = 1e-3
decay_rule = "newer"
[schedule]
kind = "cooldown"
steps = 1000
warmup = 10
cooldown = 100
)";

TEST(RunConfig, EveryPartOfAFileIsRead) {
  const RunConfig config = parsed(kWhole);
  EXPECT_EQ(config.out, "runs/a");
  EXPECT_EQ(config.seed, 7u);
  EXPECT_EQ(config.model.architecture, "ViT-B/32");
  EXPECT_EQ(config.data.augmentation.flip, 0.5);
  ASSERT_EQ(config.data.train.size(), 2u);
  const SourceConfig& first = config.data.train[0];
  EXPECT_EQ(first.path, "train-{0000..0007}.tar");
  ASSERT_EQ(first.texts.size(), 2u);
  EXPECT_EQ(first.texts[0].field, "txt");
  EXPECT_EQ(first.texts[0].weight, 1);
  EXPECT_EQ(first.texts[1].field, "caption");
  EXPECT_EQ(first.texts[1].weight, 2);
  EXPECT_EQ(first.image_keys, std::vector<std::string>{"jpg"});
  EXPECT_EQ(first.where.at("source"), (std::vector<std::string>{"coco", "own"}));
  EXPECT_EQ(config.data.train[1].weight, 0.5);
  EXPECT_EQ(config.data.train[1].templates.size(), 2u);
  ASSERT_EQ(config.data.validation.size(), 1u);
  EXPECT_EQ(config.data.validation[0].path, "val.tar");
  EXPECT_EQ(config.loss.kind, LossKind::sigmoid);
  EXPECT_EQ(config.optimizer.lr, 1e-3);
  EXPECT_EQ(config.optimizer.beta2, 0.98) << "what is not said keeps its default";
  EXPECT_EQ(config.optimizer.decay_rule, DecayRule::newer);
  EXPECT_EQ(config.schedule.kind, ScheduleKind::cooldown);
  EXPECT_NO_THROW(validate(config));
}

TEST(RunConfig, WhatIsWrittenReadsTheSame) {
  RunConfig config = parsed(kWhole);
  config.out = "a \"b\"\\c\n\x01\xC3\xA9";
  config.optimizer.eps = 1.0 / 3;
  config.evaluate.zeroshot = {"one", "two"};
  const std::string written = to_toml(config);
  const RunConfig read = parsed(written);
  EXPECT_EQ(to_toml(read), written);
  EXPECT_EQ(read.out, config.out);
  EXPECT_EQ(read.optimizer.eps, config.optimizer.eps);
  EXPECT_EQ(read.evaluate.zeroshot, config.evaluate.zeroshot);
  EXPECT_EQ(read.data.train[0].where, config.data.train[0].where);
  EXPECT_EQ(read.data.train[1].templates, config.data.train[1].templates);
  EXPECT_EQ(to_toml(parsed("")), to_toml(RunConfig{}));
}

TEST(RunConfig, FlagsOverrideTheFile) {
  const RunConfig config = parsed(kWhole, {{"optimizer.lr", "2e-4"},
                                           {"loss.kind", "infonce"},
                                           {"out", "2024"},
                                           {"compute.packed_texts", "false"},
                                           {"evaluate.zeroshot", R"(["a", "b"])"},
                                           {"evaluate.retrieval", "c.tar"},
                                           {"data.train", "own.tar"},
                                           {"data.validation", R"([{path = "v", weight = 2}])"}});
  EXPECT_EQ(config.optimizer.lr, 2e-4);
  EXPECT_EQ(config.loss.kind, LossKind::infonce);
  EXPECT_EQ(config.out, "2024");
  EXPECT_FALSE(config.compute.packed_texts);
  EXPECT_EQ(config.evaluate.zeroshot, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(config.evaluate.retrieval, std::vector<std::string>{"c.tar"});
  ASSERT_EQ(config.data.train.size(), 1u);
  EXPECT_EQ(config.data.train[0].path, "own.tar");
  ASSERT_EQ(config.data.validation.size(), 1u);
  EXPECT_EQ(config.data.validation[0].weight, 2);
}

struct Refusal {
  const char* toml;
  std::vector<const char*> parts;  // of the sentence
};

TEST(RunConfig, RefusalsNameLineKeyAndWhatMayStandThere) {
  for (const auto& [toml, parts] : std::vector<Refusal>{
           {"[optimizer]\nlr = \"fast\"",
            {"run.toml: line 2: optimizer.lr", "\"fast\"", "number from 0 to 1000000", "0.0005"}},
           {"[optimizer]\nbeta1 = 1.0", {"line 2: optimizer.beta1", "from 0 to below 1"}},
           {"[optimizer]\nlearning = 1\n", {"line 2", "optimizer.learning is no key"}},
           {"\n[optimiser]\nlr = 1\n", {"optimiser.lr", "did you mean optimizer.lr?"}},
           {"[optimizer]\nweight_decy = 1\n", {"did you mean optimizer.weight_decay?"}},
           {"sed = 1", {"line 1", "sed is no key", "did you mean seed?"}},
           {"[schedule]\nsteps = 1.5", {"schedule.steps", "1.5", "an integer of at least 0"}},
           {"[model]\nimage_size = 100000", {"model.image_size", "from 0 to 4096"}},
           {"[model]\nlock_text = 1", {"model.lock_text", "true or false"}},
           {"seed = -1", {"seed", "-1", "an integer of at least 0"}},
           {"[loss]\nkind = \"triplet\"", {"loss.kind", "infonce or sigmoid"}},
           {"[optimizer]\nlr = inf", {"optimizer.lr", "inf"}},
           {"out = 2024-01-01", {"out", "2024-01-01", "a text"}},
           {"[optimizer]\nlr = 1\nlr = 2\n", {"line 3", "is no TOML"}},
           {"optimizer = 3", {"optimizer is no key"}},
           {"[evaluate]\nzeroshot = [1]", {"evaluate.zeroshot", "list of texts"}},
           {"[[data.train]]\npth = \"x\"", {"data.train[0].pth", "did you mean path?"}},
           {"[[data.train]]\nweight = 1", {"data.train[0]", "names no path"}},
           {"[[data.train]]\npath = \"x\"\nweight = -1",
            {"data.train[0].weight", "a number of at least 0"}},
           {"[[data.train]]\npath = \"x\"\ntexts = [{weight = 1}]",
            {"data.train[0].texts", "names no field"}},
           {"[[data.train]]\npath = \"x\"\nwhere = \"coco\"", {"data.train[0].where", "a table"}},
       }) {
    const std::string sentence = refused(toml);
    for (const char* part : parts)
      EXPECT_NE(sentence.find(part), std::string::npos) << toml << "\n" << sentence;
  }
}

TEST(RunConfig, RefusedFlagsAreNamedAsFlags) {
  EXPECT_NE(refused("", {{"optimizer.lr", "fast"}})
                .find("--optimizer.lr: \"fast\" stands where a number"),
            std::string::npos);
  EXPECT_NE(refused("", {{"optimizer.lt", "1"}}).find("did you mean optimizer.lr?"),
            std::string::npos);
  EXPECT_NE(refused("", {{"optimizer.lr", "1\nseed = 2"}}).find("stands where a number"),
            std::string::npos);
  EXPECT_NE(refused("", {{"data.train", "[1"}}).find("--data.train: [1 is no value of TOML"),
            std::string::npos);
  EXPECT_NE(refused("", {{"out", "\xFF"}}).find("--out: is no UTF-8"), std::string::npos);
  EXPECT_NE(refused("", {{"compute.precision", "f64"}}).find("f32 or bf16"), std::string::npos);
}

TEST(RunConfig, PathsOfAFileAreTakenFromItsFolder) {
  const ScratchFolder folder;
  folder.write("mine.txt", "a drawing of a {}.\n\n  {} in snow\n");
  folder.write("clip", "");
  const std::string toml = R"(out = "runs/a"
[model]
architecture = "ViT-B/32"
start = "clip"
tokenizer = "/abs/bpe"
[evaluate]
zeroshot = ["val/{0..3}.tar"]
templates = "simple"
[[data.train]]
path = "../x.csv"
templates = "mine.txt"
[[data.train]]
path = "pipe:cat y.tar"
templates = "openai7"
)";
  const std::string path = folder.write("run.toml", toml);
  const RunConfig config = read_run_config(path, {{"data.cache", "here"}});
  const std::string at = folder.path("");
  EXPECT_EQ(config.out, at + "runs/a");
  EXPECT_EQ(config.model.architecture, "ViT-B/32");
  EXPECT_EQ(config.model.start, at + "clip") << "it stands there, so it is no model's name";
  EXPECT_EQ(config.model.tokenizer, "/abs/bpe");
  EXPECT_EQ(config.evaluate.zeroshot[0], at + "val/{0..3}.tar");
  EXPECT_EQ(config.evaluate.templates, "simple");
  EXPECT_EQ(config.data.train[0].path.find(".."), std::string::npos);
  EXPECT_EQ(config.data.train[0].templates,
            (std::vector<std::string>{"a drawing of a {}.", "  {} in snow"}));
  EXPECT_EQ(config.data.train[1].path, "pipe:cat y.tar");
  EXPECT_EQ(config.data.train[1].templates, std::vector<std::string>{"openai7"})
      << "a set's name stays for the caller";
  EXPECT_EQ(config.data.cache, "here") << "a flag's path is taken from where the program runs";
}

TEST(RunConfig, AFlagSetsEveryKeyToItsDefault) {
  Overrides all;
  for (const auto& key : config_keys())
    if (key.name != "data.train" && key.name != "data.validation")
      all.emplace_back(key.name, key.default_value);
  EXPECT_EQ(to_toml(parsed("", all)), to_toml(RunConfig{}));
  std::set<std::string> names;
  for (const auto& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_FALSE(key.help.empty() || key.type.empty()) << key.name;
  }
}

// docs/run_config.md holds the table between two comments; where it has fallen behind, the test
// leaves the right one in the build folder.
TEST(RunConfig, TheDocumentListsEveryKey) {
  const auto rows = [](const std::vector<ConfigKey>& keys) {
    std::string table = "| key | default | value | meaning |\n|---|---|---|---|\n";
    for (const auto& key : keys)
      table += "| `" + key.name + "` | `" + key.default_value + "` | " + key.type + " | " +
               key.help + " |\n";
    return table;
  };
  const std::string document = read_file(TANDEM_SOURCE_DIR "/docs/run_config.md");
  for (const auto& [name, table] :
       {std::pair<std::string, std::string>{"keys", rows(config_keys())},
        {"source keys", rows(source_keys())}}) {
    const std::string begin = "<!-- " + name + " -->\n";
    const size_t at = document.find(begin);
    ASSERT_NE(at, std::string::npos) << name;
    const size_t end = document.find("<!-- end -->", at);
    if (document.substr(at + begin.size(), end - at - begin.size()) == table) continue;
    write_file(TANDEM_BINARY_DIR "/run_config_" + name + ".md", table);
    ADD_FAILURE() << "docs/run_config.md: the table of " << name
                  << " is not that of the program; take " TANDEM_BINARY_DIR "/run_config_" << name
                  << ".md";
  }
}

TEST(RunConfig, ContradictionsAreRefused) {
  EXPECT_EQ(refusal([&] { validate(parsed(kWhole)); }), "");
  for (const auto& wrong : std::vector<std::pair<Overrides, const char*>>{
           {{{"out", ""}}, "out: is missing"},
           {{{"model.start", "clip"}}, "model.architecture: is given beside model.start"},
           {{{"model.architecture", ""}}, "model.architecture: is missing"},
           {{{"model.tokenizer", ""}}, "model.tokenizer: is missing"},
           {{{"model.unlocked_text_blocks", "2"}}, "the text tower is not locked"},
           {{{"data.train", "[]"}}, "data.train: is missing"},
           {{{"data.train", R"([{path = "x", weight = 0}])"}}, "every source has weight 0"},
           {{{"data.train", R"([{path = "x", templates = ["a cat"]}])"}}, "neither a sentence"},
           {{{"data.augmentation.scale_max", "0.5"}}, "scale_min: is above scale_max"},
           {{{"schedule.epochs", "2"}}, "schedule.epochs: is given beside"},
           {{{"schedule.steps", "0"}}, "schedule.steps: is missing"},
           {{{"schedule.cooldown", "0"}}, "schedule.cooldown: is missing"},
           {{{"schedule.kind", "cosine"}}, "schedule.cooldown: is given, but"},
           {{{"schedule.warmup", "950"}}, "are more than the run's 1000"},
           {{{"loss.logit_scale", "14.3"}}, "it is the stored logarithm"},
           {{{"compute.device", "gpu"}}, "choose cpu, cuda or cuda:N"},
       }) {
    const std::string sentence = refusal([&] { validate(parsed(kWhole, wrong.first)); });
    EXPECT_NE(sentence.find(wrong.second), std::string::npos) << wrong.second << "\n" << sentence;
  }
  RunConfig config = parsed(kWhole);
  config.compute.patch_dropout = 1;
  EXPECT_NE(refusal([&] { validate(config); }).find("compute.patch_dropout: 1 stands where"),
            std::string::npos);
}

}  // namespace
