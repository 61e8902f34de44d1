#include "describe/describe_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/interrupt.h"
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
.missing { height: 200px; display: grid; place-items: center; color: var(--soft); text-align: center; }
)";

/// Of the picture itself; a card must not fail with it.
std::string thumbnail_html(const DescribedImage& image) {
  if (!image.file.empty() && image.error.empty()) try {
      // The picture is beside its proposal, which would be read twice.
      return fmt::format("<img src=\"{}\" alt=\"\">", thumbnail(image.file, 320));
    } catch (const Error&) {
    }
  return "<div class=\"missing\">no picture</div>";
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

std::string card_of(const DescribedImage& image) {
  std::string card = "<li><figure>\n" + thumbnail_html(image) + "\n<figcaption>\n";
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
    if (proposal->confidence)
      card += row("confidence", fmt::format("{:.0f} %", 100 * *proposal->confidence));
    card += row("seen", facets_in_words(*proposal)) + row("warnings", joined(proposal->warnings));
  }
  return card + "</dl>\n</figcaption>\n</figure></li>\n";
}

/// 0: nothing was said; 1: to be confirmed.
int urgency_of(const DescribedImage& image) {
  return image.error.empty() && image.proposal && image.proposal->alt ? 1 : 0;
}

}  // namespace

std::string facets_in_words(const Proposal& proposal) {
  std::vector<std::string> parts;
  for (const auto& facet : proposal.facets)
    if (!facet.answer.empty())
      parts.push_back(fmt::format("{} ({:.0f} %)", facet.answer, 100 * facet.confidence));
  for (const auto& colour : proposal.colours)
    parts.push_back(fmt::format("{} ({:.0f} % of it)", colour.name, 100 * colour.share));
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
  page.lead = fmt::format(
      "<p>{} of {} pictures need a text by a person; each of the others needs one who confirms it: "
      "the texts are written by a machine that was not told what the pictures are for.</p>\n",
      open, order.size());
  page.style = kStyle;
  page.body = "<ul class=\"grid\">\n";
  for (const auto* image : order) {
    check_interrupt();
    page.body += card_of(*image);
  }
  page.body += "</ul>\n";
  return to_html(page);
}

}  // namespace tandem
