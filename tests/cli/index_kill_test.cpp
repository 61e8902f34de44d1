// Whatever moment a process is killed at, its library stays whole, and the next run makes of it
// what an undisturbed one makes. 8 kills; 50 in the builds with sanitizers (make check), or
// $TANDEM_KILLS.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "cli/background.h"
#include "cli/program.h"
#include "cli/sanitized.h"
#include "index/picture_folder.h"

namespace tandem_test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

int kills() {
  if (const char* kills = std::getenv("TANDEM_KILLS")) return std::atoi(kills);
  return kSanitized ? 50 : 8;
}

class KilledIndex : public ::testing::Test {
 protected:
  static constexpr int kPictures = 260;

  void SetUp() override {
    case_ = golden_case("zero_shot/one_template");
    if (case_.empty()) GTEST_SKIP() << "the golden case zero_shot/one_template is not at hand";
    for (int i = 0; i < kPictures; ++i) folder_.put(name(i), static_cast<uint32_t>(i));
  }
  static std::string name(int i) {
    return "d" + std::to_string(i % 7) + "/p" + std::to_string(i) + ".png";
  }
  std::vector<std::string> arguments(const std::string& library) const {
    return {"index", folder_.root(), "--db", library, "--quiet", "--model", case_ + "/hf"};
  }
  int finish(const std::string& library) const {
    std::string line;
    for (const auto& argument : arguments(library)) line += argument + " ";
    return run_tandem(line).exit_code;
  }
  std::string checked(const std::string& library) const {
    const auto outcome = run_tandem("library check --deep --quiet --json --db " + library);
    // Killed before it had begun.
    if (outcome.err.find("is empty; fill it") != std::string::npos) return {};
    const auto lines = outcome.lines();
    if (lines.empty()) return outcome.err;
    std::string kinds;
    for (const auto& finding : lines.at(0)["findings"])
      // Files that went since they were indexed are no damage.
      if (finding["kind"] != "missing") kinds += finding["sentence"].get<std::string>() + "\n";
    return kinds;
  }
  /// Everything that a run must make the same: path to content, facts and embedding.
  std::map<std::string, std::string> state(const std::string& library) const {
    const std::string out = folder_.other("state.jsonl");
    EXPECT_EQ(run_tandem("library export --quiet --db " + library + " --to " + out).exit_code, 0);
    std::map<std::string, std::string> rows;
    std::ifstream lines(out);
    for (std::string line; std::getline(lines, line);) {
      auto row = nlohmann::json::parse(line);
      row.erase("id");
      rows[row["path"]] = row.dump();
    }
    return rows;
  }
  /// New content, new names, files that go: work for the next run.
  void change_some(std::mt19937& random) {
    const auto any = [&] { return name(static_cast<int>(random() % kPictures)); };
    for (int i = 0; i < 80; ++i) folder_.put(any(), static_cast<uint32_t>(random()));
    for (int i = 0; i < 10; ++i) {
      const std::string from = folder_.at(any()), to = folder_.at("moved/" + any());
      fs::create_directories(fs::path(to).parent_path());
      if (fs::exists(from)) fs::rename(from, to);
    }
    for (int i = 0; i < 5; ++i) fs::remove(folder_.at(any()));
  }

  std::string case_;
  PictureFolder folder_;
};

TEST_F(KilledIndex, LosesNothingThatWasCommittedAndNeverDamagesTheFile) {
  const auto start = Clock::now();
  ASSERT_EQ(finish(folder_.other("first.db")), 0);
  const auto whole = std::chrono::duration<double>(Clock::now() - start).count();

  std::mt19937 random(20261127);
  std::uniform_real_distribution<double> moment(0, whole);
  int ended_by_the_kill = 0;
  for (int i = 0; i < kills(); ++i) {
    Background run(arguments(folder_.library()), folder_.other("out"));
    std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
    ended_by_the_kill += run.end(SIGKILL) == 128 + SIGKILL;
    if (fs::exists(folder_.library())) {
      ASSERT_EQ(checked(folder_.library()), "") << "kill " << i;
    }
    change_some(random);
  }
  EXPECT_GT(ended_by_the_kill, 0);

  ASSERT_EQ(finish(folder_.library()), 0);
  ASSERT_EQ(finish(folder_.other("undisturbed.db")), 0);
  EXPECT_EQ(checked(folder_.library()), "");
  const auto survived = state(folder_.library());
  EXPECT_EQ(survived, state(folder_.other("undisturbed.db")));
  EXPECT_GT(survived.size(), 100u);
}

}  // namespace
}  // namespace tandem_test
