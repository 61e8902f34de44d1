// The contract of the command line: verbs, exit codes, JSON keys, one sentence for each
// thing that could not be done.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "cli/program.h"
#include "golden_folder.h"

namespace {

using nlohmann::json;
using tandem_test::run_tandem;
namespace fs = std::filesystem;

class CommandLine : public ::testing::Test {
 protected:
  void SetUp() override {
    case_ = tandem_test::golden_case("zero_shot/one_template");
    if (case_.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    model_ = " --model " + case_ + "/hf ";
    picture_ = case_ + "/images/0_rgb_50x38.png";
    scratch_ = fs::temp_directory_path() / ("tandem_contract_" + std::to_string(getpid()));
    fs::create_directories(scratch_);
  }
  void TearDown() override { fs::remove_all(scratch_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(scratch_ / name, std::ios::binary) << text;
    return (scratch_ / name).string();
  }
  std::string at(const std::string& name) const { return (scratch_ / name).string(); }

  std::string case_, model_, picture_;
  fs::path scratch_;
};

// Every line of stderr is a sentence of ours.
void expect_sentences(const std::string& err) {
  std::istringstream lines(err);
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(line.starts_with("tandem: ")) << line;
}

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

TEST_F(CommandLine, EveryVerbHelpsWithDefaultsAndAnExample) {
  for (const char* verb : {"classify", "match", "embed", "tokenize", "preprocess", "inspect",
                           "convert", "verify", "doctor", "bench", "train", "export", "describe"}) {
    const auto help = run_tandem(std::string(verb) + " --help");
    EXPECT_EQ(help.exit_code, 0) << verb;
    EXPECT_NE(help.out.find("Example:\n  tandem " + std::string(verb)), std::string::npos) << verb;
    EXPECT_EQ(help.err, "") << verb;
  }
}

TEST_F(CommandLine, WrongUsageIsTwo) {
  for (const auto& arguments : std::vector<std::string>{
           "", "fly", "classify", "classify x.png", "classify x.png --labels a --labels-file b",
           "match --images x", "embed", "tokenize", "preprocess x.png", "convert a b", "verify",
           "bench nothing", "classify x.png --labels a --top-k 0", "doctor --threads many",
           "match --images x --texts-file y --min-confidence nan", "describe x --sure nan"}) {
    const auto outcome = run_tandem(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_EQ(outcome.out, "") << arguments;
  }
}

TEST_F(CommandLine, ClassifyGivesTheContractsKeys) {
  const auto outcome = run_tandem(
      "classify " + picture_ +
      " --labels 'tabby cat, dog,fire engine' --top-k 2 --none-of-these --json" + model_);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto lines = outcome.lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(keys(lines[0]),
            (std::vector<std::string>{"image", "labels", "model", "none_of_these"}));
  EXPECT_EQ(lines[0]["image"], picture_);
  ASSERT_EQ(lines[0]["labels"].size(), 2u);
  EXPECT_EQ(keys(lines[0]["labels"][0]),
            (std::vector<std::string>{"label", "logit", "probability"}));
  EXPECT_GE(lines[0]["labels"][0]["probability"], lines[0]["labels"][1]["probability"]);
  EXPECT_TRUE(lines[0]["none_of_these"].is_boolean());
}

TEST_F(CommandLine, APictureThatFailsIsNamedAndTheRestIsDone) {
  const auto broken = write("broken.png", "not a picture");
  const auto outcome = run_tandem("classify " + broken + " no-such.png " + picture_ + " " +
                                  scratch_.string() + " --labels cat,dog --json --quiet" + model_);
  EXPECT_EQ(outcome.exit_code, 1);
  expect_sentences(outcome.err);
  const auto lines = outcome.lines();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(keys(lines[0]), (std::vector<std::string>{"error", "image"}));
  EXPECT_NE(lines[0]["error"].get<std::string>().find(broken), std::string::npos);
  EXPECT_TRUE(lines[1].contains("error"));
  EXPECT_TRUE(lines[2].contains("labels"));
  EXPECT_TRUE(lines[3].contains("error"));  // the folder holds the broken one again
}

TEST_F(CommandLine, APictureComesFromStandardInput) {
  const auto outcome = run_tandem("classify - --labels cat,dog --json" + model_ + "< " + picture_);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.lines()[0]["image"], "-");
}

TEST_F(CommandLine, MatchRanksBothWays) {
  const auto texts = write("texts.txt", "a cat\na dog\n");
  const auto outcome = run_tandem("match --images " + case_ + "/images --texts-file " + texts +
                                  " --top-k 3 --json" + model_);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto lines = outcome.lines();
  ASSERT_EQ(lines.size(), 7u);  // 2 texts, 5 pictures
  EXPECT_EQ(keys(lines[0]), (std::vector<std::string>{"images", "text"}));
  ASSERT_EQ(lines[0]["images"].size(), 3u);
  EXPECT_GE(lines[0]["images"][0]["cosine"], lines[0]["images"][1]["cosine"]);
  EXPECT_TRUE(lines[0]["images"][0].contains("image"));
  EXPECT_EQ(keys(lines[2]), (std::vector<std::string>{"image", "texts"}));
  EXPECT_TRUE(lines[2]["texts"][0].contains("text"));
}

TEST_F(CommandLine, EmbedKeepsInputOrderAndLeavesOutWhatFails) {
  const auto out = at("e.npy");
  const auto outcome = run_tandem("embed " + case_ +
                                  "/images no-such.png --normalise --quiet --out " + out + model_);
  EXPECT_EQ(outcome.exit_code, 1);
  expect_sentences(outcome.err);
  std::ifstream beside(at("e.json"));
  const json meta = json::parse(beside);
  ASSERT_EQ(meta["rows"].size(), 5u);
  EXPECT_EQ(meta["rows"][0], picture_);
  EXPECT_EQ(meta["space"].get<std::string>().size(), 32u);
  EXPECT_TRUE(meta["recipe"].contains("preprocess"));
  EXPECT_EQ(fs::file_size(out), 128 + 5 * 32 * sizeof(float));

  const auto lines = run_tandem("embed " + picture_ + " --normalise --json" + model_).lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(keys(lines[0]), (std::vector<std::string>{"embedding", "input"}));
  double length = 0;
  for (const double value : lines[0]["embedding"]) length += value * value;
  EXPECT_NEAR(length, 1, 1e-6);
}

TEST_F(CommandLine, TokenizeGivesIdsWithoutSpecialsOrTheWholeRow) {
  const auto lines =
      run_tandem("tokenize --text 'a cat' --text 'caf\xc3\xa9' --json" + model_).lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(keys(lines[0]), (std::vector<std::string>{"ids", "text", "tokens", "truncated"}));
  EXPECT_EQ(lines[0]["ids"].size(), lines[0]["tokens"].size());
  EXPECT_EQ(lines[0]["truncated"], false);
  const auto padded = run_tandem("tokenize --text 'a cat' --padded --json" + model_).lines();
  EXPECT_EQ(padded[0]["ids"].size(), 24u);
  EXPECT_EQ(padded[0]["ids"].back(), 0);

  const std::string long_text = "--text '" + std::string(200, 'x') + "' --text 'a cat' --json";
  EXPECT_EQ(run_tandem("tokenize " + long_text + model_).lines()[0]["truncated"], true);
  const auto refused = run_tandem("tokenize --no-truncate " + long_text + model_);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(refused.lines()[0].contains("error"));
  EXPECT_TRUE(refused.lines()[1].contains("ids"));  // the rest is done
}

TEST_F(CommandLine, JsonIsAsciiWhateverTheText) {
  const auto outcome = run_tandem("tokenize --text '\xe2\x98\x95 caf\xc3\xa9' --json" + model_);
  EXPECT_TRUE(
      std::all_of(outcome.out.begin(), outcome.out.end(), [](unsigned char c) { return c < 128; }));
  EXPECT_EQ(outcome.lines()[0]["text"], "\xe2\x98\x95 caf\xc3\xa9");
}

TEST_F(CommandLine, PreprocessWritesWhatTheTowerSees) {
  const auto png =
      run_tandem("preprocess " + picture_ + " --json --out " + at("seen.png") + model_);
  ASSERT_EQ(png.exit_code, 0) << png.err;
  EXPECT_EQ(keys(png.lines()[0]),
            (std::vector<std::string>{"fingerprint", "height", "image", "width"}));
  EXPECT_EQ(png.lines()[0]["width"], 32);
  EXPECT_TRUE(fs::exists(at("seen.png")));
  ASSERT_EQ(run_tandem("preprocess " + picture_ + " --out " + at("seen.npy") + model_).exit_code,
            0);
  EXPECT_EQ(fs::file_size(at("seen.npy")), 128 + 3 * 32 * 32 * sizeof(float));
}

TEST_F(CommandLine, InspectAndConvertRoundTrip) {
  const auto converted =
      run_tandem("convert " + case_ + "/hf " + at("oc") + " --layout open_clip --json");
  ASSERT_EQ(converted.exit_code, 0) << converted.err;
  const auto before = run_tandem("inspect " + case_ + "/hf --json").lines()[0];
  const auto after = run_tandem("inspect " + at("oc") + " --tensors --json").lines()[0];
  EXPECT_EQ(before["layout"], "hf");
  EXPECT_EQ(after["layout"], "open_clip");
  EXPECT_EQ(before["fingerprint"]["space"], after["fingerprint"]["space"]);
  EXPECT_FALSE(after["tensors"].empty());
  const auto again = run_tandem("convert " + case_ + "/hf " + at("oc") + " --layout hf");
  EXPECT_EQ(again.exit_code, 1);  // nothing is overwritten
  expect_sentences(again.err);
}

TEST_F(CommandLine, VerifyNamesWhatIsOutAndEndsWithOne) {
  const auto fine = run_tandem("verify " + case_ + " --json");
  EXPECT_EQ(fine.exit_code, 0) << fine.err;
  for (const auto& line : fine.lines())
    for (const char* key : {"case", "layout", "stage", "tensor", "max_abs", "tolerance", "ok"})
      EXPECT_TRUE(line.contains(key)) << key;

  const fs::path broken = scratch_ / "case";
  fs::copy(case_, broken, fs::copy_options::recursive);
  std::ifstream in(broken / "case.json");
  json edited = json::parse(in);
  edited["classes"][0] = "another cat";
  std::ofstream(broken / "case.json") << edited;
  const auto out = run_tandem("verify " + broken.string() + " --json");
  EXPECT_EQ(out.exit_code, 1);
  expect_sentences(out.err);
  EXPECT_NE(out.err.find("text_embeddings"), std::string::npos);

  fs::create_directories(scratch_ / "loss");
  std::ofstream(scratch_ / "loss" / "case.json") << R"({"case": "x", "stage": "loss"})";
  const auto skipped = run_tandem("verify " + at("loss") + " --json");
  EXPECT_EQ(skipped.exit_code, 0);
  EXPECT_TRUE(skipped.lines()[0].contains("skipped"));
  EXPECT_EQ(run_tandem("verify " + at("nothing-here")).exit_code, 1);
}

TEST_F(CommandLine, DoctorIsOneObjectAndItsSelfTestPasses) {
  const auto outcome = run_tandem("doctor --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  ASSERT_EQ(outcome.lines().size(), 1u);
  EXPECT_EQ(outcome.lines()[0]["self_test"]["ok"], true);
}

TEST_F(CommandLine, AnInstructionSetIsForced) {
  ::setenv("TANDEM_ISA", "scalar", 1);
  const auto forced = run_tandem("doctor --json");
  ::setenv("TANDEM_ISA", "sse9", 1);
  const auto unknown = run_tandem("doctor --json");
  ::unsetenv("TANDEM_ISA");
  EXPECT_EQ(forced.lines()[0]["isa"], "scalar");
  EXPECT_EQ(unknown.exit_code, 1);
  expect_sentences(unknown.err);
}

TEST_F(CommandLine, ModelsThatAreMissingOrBrokenAreOneSentence) {
  const auto empty = write("empty.pt", "");
  const auto text = write("text.safetensors", "this is no model");
  for (const auto& model : {std::string("no-such-model"), empty, text, scratch_.string()}) {
    const auto outcome =
        run_tandem("classify " + picture_ + " --labels a,b --quiet --model " + model);
    EXPECT_EQ(outcome.exit_code, 1) << model;
    expect_sentences(outcome.err);
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.out, "") << model;
  }
  // A variable that is not set, and not the built-in model.
  EXPECT_EQ(run_tandem("classify " + picture_ + " --labels a,b --model ''").exit_code, 2);
}

TEST_F(CommandLine, TextThatIsNoUtf8IsNamed) {
  const auto texts = write("latin1.txt", "caf\xe9\n");
  const auto outcome = run_tandem("tokenize --file " + texts + model_);
  EXPECT_EQ(outcome.exit_code, 1);
  expect_sentences(outcome.err);
}

TEST_F(CommandLine, ATextThatIsNoUtf8IsNamedByItsLineAndTheRestIsDone) {
  const auto texts = write("mixed.txt", "a cat\n\ncaf\xe9\na dog\n");
  const auto outcome = run_tandem("embed --texts-file " + texts + " --json" + model_);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("mixed.txt: line 3"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.lines().size(), 2u);
}

TEST_F(CommandLine, OutputThatCannotBeWrittenIsNoSuccess) {
  for (const char* verb : {"classify --labels a,b ", "embed "}) {
    const auto outcome = run_tandem(verb + picture_ + " --quiet" + model_ + "> /dev/full");
    EXPECT_EQ(outcome.exit_code, 1) << verb;
    expect_sentences(outcome.err);
    EXPECT_NE(outcome.err.find("standard output"), std::string::npos) << outcome.err;
  }
}

TEST_F(CommandLine, ACaseThatComparesNothingOrCannotBeRunIsOut) {
  const auto edited = [&](const std::string& key, const json& value) {
    const fs::path copy = scratch_ / ("case_" + key);
    fs::copy(case_, copy, fs::copy_options::recursive);
    std::ifstream in(copy / "case.json");
    json content = json::parse(in);
    content[key] = value;
    std::ofstream(copy / "case.json") << content;
    return copy.string();
  };
  for (const auto& folder : {edited("templates", json::array()), edited("models", json::object()),
                             edited("classes", "no list")}) {
    const auto outcome = run_tandem("verify " + folder + " --json");
    EXPECT_EQ(outcome.exit_code, 1) << folder;
    expect_sentences(outcome.err);
    EXPECT_EQ(outcome.lines().back()["ok"], false) << outcome.out;
  }
}

TEST_F(CommandLine, AFolderWhoseTokenizerContradictsItsConfigIsRefused) {
  const fs::path copy = scratch_ / "hf";
  fs::copy(case_ + "/hf", copy, fs::copy_options::recursive);
  std::ifstream in(copy / "config.json");
  json config = json::parse(in);
  config["text_config"]["eos_token_id"] = 1000000;
  std::ofstream(copy / "config.json") << config;
  const auto outcome =
      run_tandem("classify " + picture_ + " --labels a,b --quiet --model " + copy.string());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "");
  expect_sentences(outcome.err);
}

TEST_F(CommandLine, NamesThatAreNoUtf8StandInDigitsBeside) {
  const std::string odd = at("caf\xe9.png");
  fs::copy(picture_, odd);
  const auto texts = write("texts.txt", "a cat\n");
  const auto embedded = run_tandem("embed " + odd + " " + picture_ + " --json" + model_).lines();
  ASSERT_EQ(embedded.size(), 2u);
  EXPECT_TRUE(embedded[0]["input_hex"].get<std::string>().ends_with("2f636166e92e706e67"));
  EXPECT_FALSE(embedded[1].contains("input_hex"));
  const auto matched =
      run_tandem("match --images " + odd + " --texts-file " + texts + " --json" + model_).lines();
  ASSERT_EQ(matched.size(), 2u);
  EXPECT_TRUE(matched[0]["images"][0].contains("image_hex"));
  EXPECT_TRUE(matched[1].contains("image_hex"));
}

TEST_F(CommandLine, ATextThatIsNoUtf8IsNamedByItsFileAndLine) {
  const auto texts = write("mixed.txt", "a cat\n\ncaf\xe9\n");
  const auto outcome =
      run_tandem("match --images " + picture_ + " --texts-file " + texts + model_ + "--quiet");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("mixed.txt: line 3: is no UTF-8 at its byte 4"), std::string::npos)
      << outcome.err;
}

TEST_F(CommandLine, NamesDoNotCommandTheTerminal) {
  const std::string odd = at("\x1b[31mred.png");
  fs::copy(picture_, odd);
  const auto texts = write("texts.txt", "a cat\n");
  for (const std::string& verb :
       {"match --texts-file " + texts + " --images", std::string("classify --labels a,b"),
        std::string("describe --role decorative")}) {
    const auto outcome = run_tandem(verb + " '" + odd + "' '" + odd + ".gone'" + model_);
    EXPECT_NE(outcome.out.find("?[31mred.png"), std::string::npos) << verb;
    EXPECT_EQ((outcome.out + outcome.err).find('\x1b'), std::string::npos) << verb;
  }
}

TEST_F(CommandLine, StandardErrorThatNobodyHearsIsNoFault) {
  const std::string fails = "embed /not/there.png --json" + model_;
  for (const char* to : {"2>&-", "2>/dev/full"}) {
    const auto outcome = run_tandem(fails + to + "; echo $?");
    EXPECT_NE(outcome.out.find("\"error\""), std::string::npos) << to << outcome.out;
    EXPECT_TRUE(outcome.out.ends_with("}\n1\n")) << to << outcome.out;
  }
}

TEST_F(CommandLine, DoctorListsModelsAndNothingElse) {
  fs::create_directories(scratch_ / "models/configs");
  write("models/configs/ViT-X.json", "{}");
  write("models/README.md", "words");
  fs::create_directory_symlink(case_ + "/hf", scratch_ / "models/mine");
  const auto outcome = run_tandem("doctor --json | TANDEM_MODELS=" + at("models") + " " +
                                  TANDEM_BINARY_DIR + "/bin/tandem doctor --json");
  const json models = outcome.lines().at(0)["models"];
  EXPECT_EQ(std::count(models.begin(), models.end(), at("models/mine")), 1) << models;
  for (const auto& model : models) {
    EXPECT_FALSE(model.get<std::string>().ends_with("configs")) << model;
    EXPECT_FALSE(model.get<std::string>().ends_with("README.md")) << model;
  }
}

}  // namespace
