#include "cli/checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/fail.h"

namespace tandem::cli {

namespace fs = std::filesystem;

CLI::Validator from_0_to_1() {
  return {[](std::string& text) {
            double value = 0;
            const bool fits =
                CLI::detail::lexical_cast(text, value) && value >= 0 && value <= 1;  // NaN is not
            return fits ? std::string() : fmt::format("{} is not from 0 to 1", text);
          },
          "FLOAT in [0 - 1]"};
}

CLI::Validator not_empty() {
  return {[](std::string& text) { return std::string(text.empty() ? "is empty" : ""); }, ""};
}

void keep_apart(const std::string& out, const std::string& input, const std::string& what) {
  std::error_code error;
  if (out != "-" && fs::equivalent(out, input, error))  // "-" is a stream, whatever lies here
    fail(ErrorKind::bad_input, "{}: is the {} itself; write to another file", out, what);
}

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return text;
}

void say(const std::string& sentence) {
  std::string line =
      "tandem: " + sentence;  // a library's text or a file's name may bring line ends
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  line += '\n';
  std::fputs(line.c_str(), stderr);
}

}  // namespace tandem::cli
