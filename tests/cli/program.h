// Running the program as a user does.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace tandem_test {

struct Outcome {
  int exit_code = -1;
  std::string out, err;

  /// stdout as JSON Lines.
  std::vector<nlohmann::json> lines() const {
    std::vector<nlohmann::json> values;
    std::istringstream text(out);
    for (std::string line; std::getline(text, line);) values.push_back(nlohmann::json::parse(line));
    return values;
  }
};

/// `arguments` is read by a shell, so that it can redirect standard input.
inline Outcome run_tandem(const std::string& arguments) {
  static int calls = 0;
  const auto err = std::filesystem::temp_directory_path() /
                   ("tandem_cli_" + std::to_string(getpid()) + "_" + std::to_string(calls++));
  const std::string command =
      std::string(TANDEM_BINARY_DIR) + "/bin/tandem " + arguments + " 2>" + err.string();
  Outcome outcome;
  FILE* pipe = popen(command.c_str(), "r");
  char part[4096];
  for (size_t got; (got = fread(part, 1, sizeof part, pipe)) > 0;) outcome.out.append(part, got);
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::ifstream file(err);
  outcome.err.assign(std::istreambuf_iterator<char>(file), {});
  std::filesystem::remove(err);
  return outcome;
}

}  // namespace tandem_test
