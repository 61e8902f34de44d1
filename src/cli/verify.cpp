// tandem verify: recorded values of the reference implementations against Tandem's.

#include "verify/verify.h"

#include <fmt/core.h>

#include "base/interrupt.h"
#include "cli/context.h"

namespace tandem::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
};

struct Totals {
  int ok = 0, out = 0, skipped = 0;
  std::string diverged;  // the case and layout whose first line that is out was named
};

// What could not be run has no numbers.
OrderedJson number(const VerifyLine& line, double value) {
  return line.tensor.empty() ? OrderedJson() : OrderedJson(value);
}

void print_line(const CaseLine& at, const Context& context) {
  const auto& line = at.line;
  if (!line.skipped.empty()) {
    if (context.json)
      context.print({{"case", at.folder}, {"stage", at.stage}, {"skipped", line.skipped}});
    else
      fmt::print("skip  {}: {}: {}\n", at.folder, at.stage, line.skipped);
    return;
  }
  if (context.json) {
    OrderedJson json{{"case", at.folder},
                     {"layout", line.layout},
                     {"stage", at.stage},
                     {"tensor", line.tensor},
                     {"max_abs", number(line, line.max_abs)},
                     {"tolerance", number(line, line.tolerance)},
                     {"ok", line.ok}};
    if (!line.detail.empty()) json["detail"] = line.detail;
    context.print(json);
    return;
  }
  if (line.tensor.empty()) {
    fmt::print("OUT   {}  {}  {}\n", at.folder, line.layout, line.detail);
    return;
  }
  fmt::print("{}  {}  {}  {}  {:.3g} of {:.3g}{}{}\n", line.ok ? "ok  " : "OUT ", at.folder,
             line.layout, line.tensor, line.max_abs, line.tolerance,
             line.detail.empty() ? "" : "  ", line.detail);
}

void count(const CaseLine& at, Totals& totals, Context& context) {
  const auto& line = at.line;
  if (!line.skipped.empty()) {
    ++totals.skipped;
  } else if (line.ok) {
    ++totals.ok;
  } else {
    ++totals.out;
    const std::string where = at.folder + (line.layout.empty() ? "" : " " + line.layout);
    std::string what = line.detail;
    if (!line.tensor.empty())
      what = fmt::format("{} differs by {:.3g}, {:.3g} is allowed{}{}", line.tensor, line.max_abs,
                         line.tolerance, line.detail.empty() ? "" : ": ", line.detail);
    const bool first = totals.diverged != where && !line.tensor.empty();
    if (first) totals.diverged = where;
    context.complain(
        fmt::format("{}: {}{}", where, what, first ? " (the first that diverges)" : ""));
  }
}

void run(const Options& options, Context& context) {
  const VerifyOptions verify{.load = context.load_options(), .model = context.model};
  Totals totals;
  for (const auto& path : options.paths) try {
      for (const auto& folder : find_cases(path)) {
        check_interrupt();
        verify_case(folder, verify, [&](const CaseLine& line) {
          print_line(line, context);
          count(line, totals, context);
        });
      }
    } catch (const Error& error) {
      context.complain(error.what());
    }
  if (!context.json)
    fmt::print("{} ok, {} out, {} skipped\n", totals.ok, totals.out, totals.skipped);
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "verify", "holds Tandem against recorded values of the references",
                        "tandem verify tests/golden --backend ref");
  const auto options = std::make_shared<Options>();
  verb.add_option("paths", options->paths, "case folders, or folders that hold some at any depth")
      ->required()
      ->type_name("PATH...");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([options, &context] { run(*options, context); });
}

}  // namespace tandem::cli
