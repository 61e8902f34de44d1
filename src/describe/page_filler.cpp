#include "describe/page_filler.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <map>

#include "base/interrupt.h"
#include "describe/image_address.h"
#include "page/page.h"

namespace tandem {
namespace {

/// Letters beyond ASCII as numbers: &#233;
std::string ascii_html(const std::string& text) {
  const std::string escaped = escape_html(text);  // valid UTF-8
  std::string result;
  for (size_t at = 0; at < escaped.size();) {
    utf8proc_int32_t letter = 0;
    at += static_cast<size_t>(
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(escaped.data()) + at,
                         static_cast<utf8proc_ssize_t>(escaped.size() - at), &letter));
    result +=
        letter < 0x80 ? std::string(1, static_cast<char>(letter)) : fmt::format("&#{};", letter);
  }
  return result;
}

/// Addresses of a page can be data: URIs of megabytes.
std::string shortened(const std::string& address) {
  constexpr size_t kShown = 200;
  return address.size() <= kShown ? address : address.substr(0, kShown) + "...";
}

class Filler {
 public:
  Filler(const FillOptions& options, const std::string& base, const Propose& propose)
      : folder_{options.page, options.root, base}, propose_(propose) {}

  DescribedImage describe(const PageImage& image) {
    DescribedImage described;
    described.line = image.line;
    described.destination = shortened(image.destination);
    described.caption = image.caption;
    described.name = image.addresses.empty() ? "" : shortened(image.addresses[0]);
    if (image.is_decoration)
      described.proposal = decoration();
    else if (image.addresses.empty() && image.is_functional)
      described.proposal = without_picture();
    else
      read(image, described);
    described.filled = described.proposal && described.proposal->alt && !image.is_functional;
    return described;
  }

 private:
  static Proposal decoration() {
    Proposal proposal;
    proposal.role = PictureRole::decorative;
    proposal.alt = "";
    proposal.confirm = what_a_person_does(proposal.role, false, false);
    return proposal;
  }

  /// A place of an image map, or a button whose picture has no address.
  static Proposal without_picture() {
    Proposal proposal;
    proposal.role = PictureRole::functional;
    proposal.confirm = what_a_person_does(proposal.role, false, true);
    return proposal;
  }

  void read(const PageImage& image, DescribedImage& described) {
    const FoundImage found = find_first(image, described);
    if (found.path.empty()) {
      described.error = fmt::format("{}: {}", described.name.empty() ? "an image" : described.name,
                                    found.why_not);
      described.is_elsewhere = found.is_elsewhere;
      return;
    }
    described.file = found.path;
    std::optional<PictureRole> role;
    if (image.is_functional) role = PictureRole::functional;
    const auto& [proposal, error] = proposed(found.path, role);
    described.proposal = proposal;
    described.error = error;
    if (proposal && !described.caption.empty())
      described.proposal->confirm += "; it must not repeat the figure's caption";
  }

  /// The first address that is a file; else why the likeliest one is none.
  FoundImage find_first(const PageImage& image, DescribedImage& described) const {
    FoundImage first{"", "names no file", false};
    bool have_reason = false;
    for (const auto& address : image.addresses) {
      check_interrupt();
      FoundImage found = find_image(address, folder_);
      if (!found.path.empty()) {
        described.name = shortened(address);
        return found;
      }
      // A picture inside the page may be the place holder of a late one.
      if (!have_reason || address.starts_with("data:")) first = have_reason ? first : found;
      have_reason = true;
    }
    return first;
  }

  using Result = std::pair<std::optional<Proposal>, std::string>;

  const Result& proposed(const std::string& path, std::optional<PictureRole> role) {
    check_interrupt();
    const auto [place, is_new] = results_.try_emplace({path, role.has_value()});
    if (is_new) try {
        place->second.first = propose_(path, role);
      } catch (const Error& error) {
        place->second.second = error.what();
      }
    return place->second;
  }

  PageFolder folder_;
  const Propose& propose_;
  std::map<std::pair<std::string, bool>, Result> results_;
};

}  // namespace

std::string alt_attributes(const Proposal& proposal) {
  std::string attributes =
      fmt::format(" alt=\"{}\" data-alt-source=\"machine\"", ascii_html(proposal.alt.value_or("")));
  if (proposal.confidence)
    attributes += fmt::format(" data-alt-confidence=\"{:.2f}\"", *proposal.confidence);
  return attributes;
}

FilledPage fill_page(std::string_view html, const FillOptions& options, const Propose& propose) {
  const PageImages found = find_page_images(html, options.page);
  Filler filler(options, found.base, propose);
  FilledPage page;
  size_t copied = 0;
  for (const auto& image : found.images) {
    if (image.has_alt || image.is_named) {
      ++page.by_author;
      continue;
    }
    DescribedImage described = filler.describe(image);
    if (described.filled) {
      page.html.append(html.substr(copied, image.insert_at - copied));
      page.html += alt_attributes(*described.proposal);
      copied = image.insert_at;
    }
    page.images.push_back(std::move(described));
  }
  page.html.append(html.substr(copied));
  return page;
}

}  // namespace tandem
