#include "base/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tandem/error.h"

namespace tandem {
namespace {

std::string said_of(const std::string& text) {
  try {
    parse_json(text, "config.json");
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(Json, WritesOneAsciiLineThatReadsTheSame) {
  const Json value = parse_json("{\"b\": [1.5, -0.0, 1e300],\n \"a\": \"\xc3\xa9\\n\"}", "x");
  const std::string line = to_line(value);
  EXPECT_EQ(line, R"({"a":"\u00e9\n","b":[1.5,-0.0,1e+300]})");
  EXPECT_EQ(parse_json(line, "x"), value);
  EXPECT_EQ(to_line(Json("a\xff")), "\"a\\ufffd\"");
}

TEST(Json, RefusesWithTheNameOfTheFile) {
  const std::string deep(70, '[');
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"", "is no JSON"},
      {"{\"a\":}", "is no JSON"},
      {"[1] x", "is no JSON"},
      {"\"\xff\"", "is no JSON"},
      {"[1e999]", "is no JSON"},
      {deep + std::string(70, ']'), "nested deeper"},
      {R"({"a": 1, "a": 2})", "the key \"a\" twice"},
      {R"([{"b": {}, "b": 0}])", "the key \"b\" twice"},
  };
  for (const auto& [text, sentence] : cases) {
    EXPECT_NE(said_of(text).find(sentence), std::string::npos) << text << ": " << said_of(text);
    EXPECT_EQ(said_of(text).find("config.json"), 0u) << text;
  }
  EXPECT_EQ(said_of(R"([{"a": 1}, {"a": 2}])"), "");
}

TEST(Json, ARefusalStaysShortAndPrintable) {
  const std::string said = said_of('"' + std::string(1 << 20, '\xe2'));
  EXPECT_LT(said.size(), 300u);
  EXPECT_TRUE(std::all_of(said.begin(), said.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  const std::string endless = said_of('"' + std::string(1 << 20, 'a'));
  EXPECT_LT(endless.size(), 300u);
}

}  // namespace
}  // namespace tandem
