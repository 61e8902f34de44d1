#include "describe/describe_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "page/page.h"

namespace tandem {
namespace {

constexpr const char* kStyle = R"(
.state { font-size: .8rem; color: var(--soft); }
.alt { margin: .25rem 0; }
.alt q { quotes: none; font-weight: 600; }
.todo { margin: .4rem 0 0; padding-left: .6rem; border-left: 3px solid var(--accent); }
figcaption dl { margin: .4rem 0 0; display: grid; grid-template-columns: auto 1fr; gap: 0 .6rem; }
figcaption dt { color: var(--soft); }
figcaption dd { margin: 0; }
figure > a { display: block; }
)";

/// A small copy of each picture, or "": a card must not fail with it.
std::vector<std::string> thumbnails_of(std::span<const DescribedImage* const> images) {
  std::vector<std::string> thumbnails(images.size());
  parallel_for(static_cast<int64_t>(images.size()), [&](int64_t i) {
    const DescribedImage& image = *images[static_cast<size_t>(i)];
    if (image.file.empty() || !image.error.empty() || interrupt_requested()) return;
    try {
      thumbnails[static_cast<size_t>(i)] = thumbnail(image.file, 320);
    } catch (const Error&) {
    }
  });
  check_interrupt();
  return thumbnails;
}

std::string picture_html(const DescribedImage& image, const std::string& thumbnail) {
  if (thumbnail.empty()) return "<div class=\"blank\">no picture</div>";
  return fmt::format("<a href=\"{}\"><img src=\"{}\" alt=\"open {}\" loading=\"lazy\"></a>",
                     escape_html(file_address(image.file)), thumbnail, escape_html(image.name));
}

std::string row(const char* name, const std::string& value) {
  return value.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escape_html(value));
}

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string state_of(const DescribedImage& image) {
  if (!image.error.empty()) return image.is_elsewhere ? "not fetched" : "not read";
  if (image.filled) return "filled in, written by a machine";
  const auto& proposal = *image.proposal;
  if (proposal.alt) return "proposed by a machine";
  return proposal.seen.empty() ? "no proposal" : "no proposal, seen by a machine";
}

std::string text_of(const Proposal& proposal) {
  if (!proposal.alt) return proposal.seen;
  return proposal.alt->empty() ? "alt=\"\" (decorative)" : *proposal.alt;
}

std::string card_of(const DescribedImage& image, const std::string& thumbnail) {
  std::string card = "<li><figure>\n" + picture_html(image, thumbnail) + "\n<figcaption>\n";
  card += fmt::format("<div class=\"state\">{}</div>\n", state_of(image));
  if (!image.error.empty()) {
    card += fmt::format("<p class=\"todo\">{}</p>\n", escape_html(image.error));
  } else {
    const std::string text = text_of(*image.proposal);
    if (!text.empty())
      card += fmt::format("<p class=\"alt\" data-alt-source=\"machine\"><q>{}</q></p>\n",
                          escape_html(text));
    card += fmt::format("<p class=\"todo\">To do: {}.</p>\n", escape_html(image.proposal->confirm));
  }
  card += "<dl>\n" + row("picture", image.name);
  if (image.line > 0) card += row("line", std::to_string(image.line));
  card += row("leads to", image.destination) + row("caption", image.caption);
  if (const auto& proposal = image.proposal) {
    card += row("role", std::string(name_of(proposal->role)) +
                            (proposal->role_assumed ? " (assumed)" : ""));
    if (proposal->confidence) card += row("confidence", percent_in_words(*proposal->confidence));
    card += row("seen", facets_in_words(*proposal)) + row("warnings", joined(proposal->warnings));
  }
  return card + "</dl>\n</figcaption>\n</figure></li>\n";
}

/// 0: nothing was said; 1: to be confirmed.
int urgency_of(const DescribedImage& image) {
  return image.error.empty() && image.proposal && image.proposal->alt ? 1 : 0;
}

std::string lead_of(size_t open, size_t all) {
  std::string text = fmt::format("{} of {} {} a text by a person", open, all,
                                 all == 1 ? "picture needs" : "pictures need");
  if (open < all)
    text +=
        "; each of the others needs one who confirms it: the texts are written by a machine that "
        "was not told what the pictures are for";
  return "<p>" + text + ".</p>\n";
}

}  // namespace

std::string facets_in_words(const Proposal& proposal) {
  std::vector<std::string> parts;
  for (const auto& facet : proposal.facets)
    if (!facet.answer.empty())
      parts.push_back(fmt::format("{} ({})", facet.answer, percent_in_words(facet.confidence)));
  for (const auto& colour : proposal.colours)
    parts.push_back(fmt::format("{} ({:.0f}% of it)", colour.name, 100 * colour.share));
  return joined(parts);
}

std::string describe_report(const std::string& title, std::span<const DescribedImage> images) {
  std::vector<const DescribedImage*> order;
  for (const auto& image : images) order.push_back(&image);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return urgency_of(*a) < urgency_of(*b); });
  Page page;
  page.title = title;
  const auto open = std::count_if(order.begin(), order.end(),
                                  [](const auto* image) { return urgency_of(*image) == 0; });
  page.style = kStyle;
  if (order.empty()) {
    page.body = "<p class=\"empty\">No picture waits for a text.</p>\n";
    return to_html(page);
  }
  page.lead = lead_of(static_cast<size_t>(open), order.size());
  page.body = "<ul class=\"grid\" role=\"list\">\n";
  const auto thumbnails = thumbnails_of(order);
  for (size_t i = 0; i < order.size(); ++i) page.body += card_of(*order[i], thumbnails[i]);
  page.body += "</ul>\n";
  return to_html(page);
}

}  // namespace tandem
