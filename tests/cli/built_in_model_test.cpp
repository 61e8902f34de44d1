// The shipped model gives what its card says (models/tandem-small/results.json, written by
// models/recipe/measure.py), on the evaluation shards beside the project and on the demo's
// photographs. Other CPUs add in another order, and pictures between two labels may change sides:
// 3 of a set may.
#include <gtest/gtest.h>

#include "base/files.h"
#include "cli/program.h"
#include "cli/sanitized.h"
#include "golden_folder.h"

namespace tandem_test {
namespace {

using nlohmann::json;
constexpr double kMayChange = 3;

class BuiltInModel : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "thousands of pictures take sanitizers too long";
    const std::string file = std::string(TANDEM_SOURCE_DIR) + "/models/tandem-small/results.json";
    results_ = json::parse(tandem::read_file(file));
  }
  static std::string data() {
    const std::string folder = shared_folder() + "/data";
    return std::filesystem::exists(folder + "/eval-cifar10.tar") ? folder : "";
  }
  /// The program's one line about a shard, with the built-in model, as none is named.
  static json measured(const std::string& verb, const std::string& shard,
                       const std::string& options) {
    const auto outcome =
        run_tandem("eval " + verb + " " + data() + "/" + shard + options + " --json --quiet");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    const auto lines = outcome.lines();
    return lines.empty() ? json() : lines[0];
  }

  json results_;
};

TEST_F(BuiltInModel, ClassifiesAsItsCardSays) {
  if (data().empty()) GTEST_SKIP() << "../shared/data is not at hand";
  for (const auto& said : results_.at("zeroshot")) {
    const json line = measured("zeroshot", said.at("data").get<std::string>(),
                               " --templates " + said.at("templates").get<std::string>());
    EXPECT_EQ(line.at("n"), said.at("of")) << said;
    EXPECT_NEAR(line.at("top1").get<double>() * line.at("n").get<double>(),
                said.at("right").get<double>(), kMayChange)
        << said;
  }
}

TEST_F(BuiltInModel, FindsAsItsCardSays) {
  if (data().empty()) GTEST_SKIP() << "../shared/data is not at hand";
  for (const auto& said : results_.at("retrieval")) {
    const json line = measured("retrieval", said.at("data").get<std::string>(), "");
    const std::string way = said.at("way");
    const json& queries = line.at(way == "text_to_image" ? "texts" : "images");
    EXPECT_EQ(queries, said.at("of")) << said;
    EXPECT_NEAR(line.at(way).at("r10").get<double>() * queries.get<double>(),
                said.at("right").get<double>(), kMayChange)
        << said;
  }
}

TEST_F(BuiltInModel, SaysOfThePhotographsWhatItsCardSays) {
  const std::string root = TANDEM_SOURCE_DIR, folder = root + "/build/demo/photographs";
  if (std::system((root + "/tools/fetch_photographs.sh " + folder).c_str()) != 0)
    GTEST_SKIP() << "the demo's photographs, in Debian's python3-skimage, cannot be had";
  const std::string demo = tandem::read_file(root + "/tools/demo.sh");
  const size_t begin = demo.find("\nlabels=") + 8;
  const std::string labels = demo.substr(begin, demo.find('\n', begin) - begin);
  const auto outcome = run_tandem("classify " + folder + " --labels " + labels +
                                  " --templates openai7 --top-k 1 --json --quiet");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const json& said = results_.at("photographs");
  size_t same = 0;
  for (const auto& line : outcome.lines())
    same += said.value(std::filesystem::path(line.at("image").get<std::string>()).filename(), "") ==
            line.at("labels").at(0).at("label");
  EXPECT_EQ(outcome.lines().size(), said.size());
  EXPECT_GE(same + 1, said.size());
}

}  // namespace
}  // namespace tandem_test
