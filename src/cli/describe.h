// What the forms of `tandem describe` share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/context.h"
#include "describe/page_filler.h"

namespace tandem::cli {

struct DescribeFlags {
  std::vector<std::string> pictures;
  std::string role, captions, calibration, html, out, root, report, calibrate;
  DescribeOptions options;
};

/// Model, bank and calibration; `what` needs them. Says on stderr what was left out.
struct LoadedDescriber {
  Model model;
  Describer describer;
  LoadedDescriber(const DescribeFlags& flags, Context& context);
  LoadedDescriber(const LoadedDescriber&) = delete;
  LoadedDescriber& operator=(const LoadedDescriber&) = delete;
};

OrderedJson json_of(const DescribedImage& image);
void print_for_people(const DescribedImage& image);

void describe_pictures(const DescribeFlags& flags, Context& context);
void describe_page(const DescribeFlags& flags, Context& context);
void calibrate_describer(const DescribeFlags& flags, Context& context);

}  // namespace tandem::cli
