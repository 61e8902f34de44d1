// tandem describe: proposals for alt text.

#include "cli/describe.h"

#include <fmt/core.h>

#include <optional>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "cli/checks.h"
#include "cli/progress.h"
#include "describe/describe_report.h"

namespace tandem::cli {
namespace {

std::optional<PictureRole> role_of(const DescribeFlags& flags) {
  if (flags.role.empty()) return std::nullopt;
  return role_named(flags.role);
}

void check_usage(const DescribeFlags& flags) {
  const int forms = !flags.pictures.empty() + !flags.html.empty() + !flags.calibrate.empty();
  if (forms == 0) throw CLI::RequiredError("IMAGE..., --html PAGE or --calibrate PICTURES");
  if (forms > 1)
    throw CLI::ExcludesError("IMAGE..., --html", "--calibrate (one of them at a time)");
  if (flags.pictures.empty() && flags.out.empty()) throw CLI::RequiredError("--out OUT");
  if (!flags.pictures.empty() && !flags.out.empty())
    throw CLI::ExcludesError("--out", "IMAGE... (it takes the copy of a page)");
  if (flags.out == "-")
    throw CLI::ValidationError("--out", "the list goes to standard output; name a file");
  if (flags.html.empty() && !flags.root.empty()) throw CLI::RequiresError("--root", "--html PAGE");
  if (flags.pictures.empty() && !flags.role.empty())
    throw CLI::RequiresError("--role", "IMAGE... (a page's pictures differ)");
}

void run(const DescribeFlags& flags, Context& context) {
  if (!flags.html.empty())
    describe_page(flags, context);
  else if (!flags.calibrate.empty())
    calibrate_describer(flags, context);
  else
    describe_pictures(flags, context);
}

DescribedImage described(const std::string& path, std::optional<PictureRole> role,
                         const Describer* describer, const Context& context) {
  DescribedImage image;
  image.name = path;
  try {
    if (path != "-") image.file = path;
    const std::string bytes = path == "-" ? read_stdin() : read_file(path);
    image.proposal = propose(std::as_bytes(std::span(bytes)), path == "-" ? "standard input" : path,
                             role, describer, context.load.max_pixels);
  } catch (const Error& error) {
    image.error = error.what();
  }
  return image;
}

}  // namespace

void describe_pictures(const DescribeFlags& flags, Context& context) {
  const auto role = role_of(flags);
  const auto paths = collect_pictures(flags.pictures, context);
  std::optional<LoadedDescriber> loaded;
  if (needs_model(role.value_or(PictureRole::informative))) loaded.emplace(flags, context);
  std::vector<DescribedImage> all;
  Progress progress(static_cast<int64_t>(paths.size()), "pictures",
                    !context.quiet && !on_terminal());
  for (const auto& path : paths) {
    check_interrupt();
    DescribedImage image = described(path, role, loaded ? &loaded->describer : nullptr, context);
    if (!image.error.empty()) context.complain(image.error);
    if (context.json)
      context.print(json_of(image));
    else if (image.error.empty())
      print_for_people(image);
    if (!flags.report.empty()) all.push_back(std::move(image));
    progress.advance();
  }
  if (!role) context.remark("no --role was given: informative is assumed; only the author knows");
  if (!flags.report.empty()) write_file(flags.report, describe_report("Alt texts to confirm", all));
}

void add_describe(CLI::App& app, Context& context) {
  auto& verb =
      add_verb(app, "describe", "proposes alt texts for pictures, or fills a page's missing ones",
               "tandem describe photo.jpg --role informative --model clip/");
  const auto flags = std::make_shared<DescribeFlags>();
  verb.add_option("pictures", flags->pictures, "picture files, folders, or - for standard input")
      ->type_name("IMAGE|DIR...");
  verb.add_option("--role", flags->role,
                  "what the picture is there for: decorative, functional, informative, complex or "
                  "text; without it informative is assumed and said so")
      ->check(CLI::IsMember(role_names()));
  verb.add_option("--captions", flags->captions,
                  "a file with one sentence a line to choose from; default: a bank of Tandem's own")
      ->type_name("F");
  verb.add_option("--html", flags->html, "a page whose missing alts are filled into a copy")
      ->type_name("PAGE");
  verb.add_option("--out", flags->out, "the copy of the page, or the calibration")
      ->type_name("OUT");
  verb.add_option(
          "--root", flags->root,
          "for --html: the folder that \"/\" means and that is not left; default: the page's")
      ->type_name("DIR");
  verb.add_option("--report", flags->report, "an HTML page of what a person must confirm")
      ->type_name("F");
  verb.add_option("--min-confidence", flags->options.min_confidence,
                  "no text is proposed below this")
      ->check(from_0_to_1())
      ->capture_default_str();
  verb.add_option(
          "--sure", flags->options.sure,
          "from this on \"May show\" is left out, for a calibrated model and a clear picture")
      ->check(from_0_to_1())
      ->capture_default_str();
  verb.add_option("--calibration", flags->calibration,
                  "what --calibrate wrote; default: describe.json in the model's folder")
      ->type_name("F");
  verb.add_option("--calibrate", flags->calibrate,
                  "JSON Lines of described pictures to fit the confidence on; writes --out")
      ->type_name("PICTURES");
  add_model_flags(verb, context);
  add_output_flags(verb, context);
  verb.callback([flags, &context] {
    check_usage(*flags);
    run(*flags, context);
  });
}

}  // namespace tandem::cli
