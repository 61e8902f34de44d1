// tandem describe: the model with its bank and its calibration, and how answers are printed.

#include <fmt/core.h>

#include <filesystem>

#include "base/fail.h"
#include "cli/checks.h"
#include "cli/describe.h"
#include "describe/describe_report.h"

namespace tandem::cli {
namespace {

CaptionBank load_bank(const DescribeFlags& flags, const Context& context) {
  if (flags.captions.empty()) return own_caption_bank();
  CaptionBank bank = read_caption_bank(flags.captions);
  if (bank.careless > 0)
    context.remark(fmt::format(
        "{}: {} sentences are left out, as they speak of race, gender, age, belief or health or "
        "are not in Latin letters",
        flags.captions, bank.careless));
  if (bank.too_long > 0)
    context.remark(fmt::format("{}: {} sentences are left out, as they are longer than {} letters",
                               flags.captions, bank.too_long, kLongestAlt));
  return bank;
}

DescribeCalibration load_calibration(const DescribeFlags& flags, const Model& model,
                                     const Context& context) {
  if (!flags.calibrate.empty()) return unfitted_calibration();
  if (!flags.calibration.empty()) return read_describe_calibration(flags.calibration);
  const std::string beside = describe_calibration_path(model.path());
  std::error_code error;
  if (!beside.empty() && std::filesystem::exists(beside, error)) {
    auto calibration = read_describe_calibration(beside);
    if (calibration.space == model.fingerprint().space) return calibration;
    context.remark(fmt::format("{}: was fitted to another model and is not used", beside));
  } else {
    context.remark(fmt::format(
        "{}: has no calibration, so every text is a \"May show\"; fit one with --calibrate",
        model.path()));
  }
  return unfitted_calibration();
}

OrderedJson json_of_facets(const Proposal& proposal) {
  auto facets = OrderedJson::object();
  for (const auto& facet : proposal.facets) {
    facets[facet.key] = {{"answer", nullptr}, {"confidence", facet.confidence}};
    if (!facet.answer.empty()) facets[facet.key]["answer"] = facet.answer;
  }
  facets["colours"] = OrderedJson::array();
  for (const auto& colour : proposal.colours)
    facets["colours"].push_back({{"name", colour.name}, {"share", colour.share}});
  return facets;
}

}  // namespace

LoadedDescriber::LoadedDescriber(const DescribeFlags& flags, Context& context)
    : model(context.load_model()),
      describer(model, load_bank(flags, context), load_calibration(flags, model, context),
                flags.options) {}

OrderedJson json_of(const DescribedImage& image) {
  OrderedJson line{{"image", image.name}};
  if (image.line > 0) line["line"] = image.line;
  if (!image.error.empty()) {
    line["error"] = image.error;
    return line;
  }
  const auto& proposal = *image.proposal;
  line["role"] = name_of(proposal.role);
  line["role_assumed"] = proposal.role_assumed;
  line["alt"] = nullptr;
  if (proposal.alt) line["alt"] = *proposal.alt;
  line["written_by"] = proposal.alt || !proposal.seen.empty() ? OrderedJson("machine") : nullptr;
  line["confidence"] = nullptr;
  if (proposal.confidence) line["confidence"] = *proposal.confidence;
  line["facets"] = json_of_facets(proposal);
  line["warnings"] = proposal.warnings;
  if (!proposal.seen.empty()) line["seen"] = proposal.seen;
  line["confirm"] = proposal.confirm;
  if (image.line == 0) return line;
  line["filled"] = image.filled;
  if (!image.file.empty()) line["file"] = image.file;
  if (!image.destination.empty()) line["destination"] = image.destination;
  if (!image.caption.empty()) line["caption"] = image.caption;
  return line;
}

void print_for_people(const DescribedImage& image) {
  const auto& proposal = *image.proposal;
  const std::string name =
      image.name.empty() ? "an image without an address" : printable(image.name);
  fmt::print("{}\n", image.line > 0 ? fmt::format("{} (line {})", name, image.line) : name);
  const std::string certainty =
      proposal.confidence ? fmt::format("  ({:.0f}%)", 100 * *proposal.confidence) : "";
  fmt::print("  alt       {}{}\n",
             proposal.alt ? fmt::format("\"{}\"", *proposal.alt) : "no proposal", certainty);
  if (!proposal.seen.empty()) fmt::print("  seen      \"{}\"\n", proposal.seen);
  fmt::print("  role      {}{}\n", name_of(proposal.role),
             proposal.role_assumed ? " (assumed)" : "");
  if (const auto words = facets_in_words(proposal); !words.empty())
    fmt::print("  facets    {}\n", words);
  for (const auto& warning : proposal.warnings) fmt::print("  warning   {}\n", warning);
  if (!image.destination.empty()) fmt::print("  leads to  {}\n", printable(image.destination));
  fmt::print("  to do     {}\n", proposal.confirm);
}

}  // namespace tandem::cli
