#include "search/filter_words.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <regex>

#include "base/fail.h"

namespace tandem {
namespace {

int number_of(const std::csub_match& match, int otherwise) {
  return match.matched ? std::atoi(match.str().c_str()) : otherwise;
}

// The whole of `text` as a number, or nothing.
bool parse_number(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

int64_t parse_date(const std::string& text) {
  static const std::regex form(
      R"((\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?)?)?)");
  std::cmatch match;
  const auto wrong = [&]() -> int64_t {
    fail(ErrorKind::bad_input,
         "\"{}\" is no date; write 2023, 2023-05, 2023-05-01 or "
         "2023-05-01T18:30",
         text);
  };
  if (text.size() > 32 || !std::regex_match(text.c_str(), match, form)) return wrong();
  const std::chrono::year_month_day day{
      std::chrono::year(number_of(match[1], 1970)),
      std::chrono::month(static_cast<unsigned>(number_of(match[2], 1))),
      std::chrono::day(static_cast<unsigned>(number_of(match[3], 1)))};
  const int hour = number_of(match[4], 0), minute = number_of(match[5], 0);
  if (!day.ok() || hour > 23 || minute > 59) return wrong();
  const int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
  return days * 86400 + hour * 3600 + minute * 60;
}

int64_t parse_bytes(const std::string& text) {
  struct Unit {
    const char* name;
    double bytes;
  };
  static constexpr std::array kUnits = {
      Unit{"", 1},         Unit{"B", 1},         Unit{"k", 1e3},      Unit{"kB", 1e3},
      Unit{"K", 1e3},      Unit{"KB", 1e3},      Unit{"M", 1e6},      Unit{"MB", 1e6},
      Unit{"G", 1e9},      Unit{"GB", 1e9},      Unit{"Ki", 1 << 10}, Unit{"KiB", 1 << 10},
      Unit{"Mi", 1 << 20}, Unit{"MiB", 1 << 20}, Unit{"Gi", 1 << 30}, Unit{"GiB", 1 << 30}};
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  double value = 0;
  if (parse_number(std::string_view(text).substr(0, digits), value))
    for (const auto& unit : kUnits)
      if (text.substr(digits) == unit.name && value * unit.bytes < 1e18)
        return static_cast<int64_t>(value * unit.bytes);
  fail(ErrorKind::bad_input, "\"{}\" is no size; write bytes, or 500k, 2MB, 1.5GiB", text);
}

PictureFilter::Near parse_near(const std::string& text) {
  const size_t first = text.find(','), second = text.find(',', first + 1);
  PictureFilter::Near near{};
  const std::string_view whole = text;
  if (first == std::string::npos || second == std::string::npos ||
      !parse_number(whole.substr(0, first), near.latitude) ||
      !parse_number(whole.substr(first + 1, second - first - 1), near.longitude) ||
      !parse_number(whole.substr(second + 1), near.kilometres) || std::abs(near.latitude) > 90 ||
      std::abs(near.longitude) > 180 || near.kilometres < 0)
    fail(ErrorKind::bad_input,
         "\"{}\" is no place; write degrees north, degrees east and kilometres: 48.2,16.37,10",
         text);
  return near;
}

std::string whole_path_glob(const std::string& glob) {
  return glob.starts_with('/') || glob.starts_with('*') ? glob : "*/" + glob;
}

}  // namespace tandem
