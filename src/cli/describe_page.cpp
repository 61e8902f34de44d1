// tandem describe --html and --calibrate.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/fail.h"
#include "base/files.h"
#include "cli/checks.h"
#include "cli/describe.h"
#include "cli/progress.h"
#include "describe/describe_report.h"
#include "describe/fit_describer.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

void check_places(const DescribeFlags& flags, const Context& context) {
  std::error_code error;
  for (const auto& out : {flags.out, flags.report}) keep_apart(out, flags.html, "page");
  const auto folder = [&](const std::string& path) {
    return fs::weakly_canonical(fs::absolute(path, error), error).parent_path();
  };
  if (folder(flags.out) != folder(flags.html))
    context.remark(fmt::format(
        "{}: is in another folder than the page, so its relative addresses lead elsewhere",
        flags.out));
}

bool needs_proposals(const PageImages& page) {
  return std::any_of(page.images.begin(), page.images.end(), [](const PageImage& image) {
    return !image.has_alt && !image.is_named && !image.is_decoration;
  });
}

void print_image(const DescribedImage& image, Context& context) {
  if (!image.error.empty()) {
    const std::string sentence = fmt::format("line {}: {}", image.line, image.error);
    if (image.is_elsewhere)
      context.remark(sentence);
    else
      context.complain(sentence);
  }
  if (context.json)
    context.print(json_of(image));
  else if (image.error.empty())
    print_for_people(image);
}

}  // namespace

void describe_page(const DescribeFlags& flags, Context& context) {
  check_places(flags, context);
  const std::string html = flags.html == "-" ? read_stdin() : read_file(flags.html);
  std::optional<LoadedDescriber> loaded;
  if (needs_proposals(find_page_images(html, flags.html))) loaded.emplace(flags, context);
  const auto propose_for = [&](const std::string& path, std::optional<PictureRole> role) {
    const std::string bytes = read_file(path);
    return propose(std::as_bytes(std::span(bytes)), path, role, &loaded->describer,
                   context.load.max_pixels);
  };
  const FilledPage page = fill_page(html, {flags.html, flags.root}, propose_for);
  if (!flags.report.empty())
    write_file(flags.report,
               describe_report("Alt texts to confirm: " + fs::path(flags.html).filename().string(),
                               page.images));
  write_file(flags.out, page.html);
  for (const auto& image : page.images) print_image(image, context);
  const auto filled = std::count_if(page.images.begin(), page.images.end(),
                                    [](const auto& image) { return image.filled; });
  context.remark(fmt::format(
      "{}: {} images have a text of their author's, {} were filled by a "
      "machine, {} are left to a person",
      flags.out, page.by_author, filled, page.images.size() - static_cast<size_t>(filled)));
}

void calibrate_describer(const DescribeFlags& flags, Context& context) {
  const auto pictures = read_described_pictures(flags.calibrate);
  const LoadedDescriber loaded(flags, context);
  Progress progress(static_cast<int64_t>(pictures.size()), "pictures", !context.quiet);
  const auto calibration =
      fit_describer(loaded.describer, pictures, [&](size_t, const Error* error) {
        if (error) context.complain(error->what());
        progress.advance();
      });
  write_describe_calibration(flags.out, calibration);
  context.remark(
      fmt::format("{}: fitted on {} captioned pictures", flags.out, calibration.sentence.pictures));
}

}  // namespace tandem::cli
