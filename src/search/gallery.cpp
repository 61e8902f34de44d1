#include "search/gallery.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "page/page.h"

namespace tandem {
namespace {

constexpr const char* kStyle = R"(
.grid a { display: block; color: inherit; text-decoration: none; border-radius: 6px; }
.grid a:hover figure { border-color: var(--accent); }
.name { display: block; font-weight: 600; }
.none { display: grid; place-items: center; height: 200px; color: var(--soft); }
meter { width: 100%; height: .6rem; }
)";

// The arrow keys move from picture to picture, as Tab does without it.
constexpr const char* kScript = R"(
document.addEventListener("keydown", function (event) {
  var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  var links = Array.prototype.slice.call(document.querySelectorAll(".grid a"));
  var at = links.indexOf(document.activeElement);
  if (!step || at < 0 || !links[at + step]) return;
  event.preventDefault();
  links[at + step].focus();
});
)";

std::string figure_of(const Finding& finding, const std::string& thumbnail) {
  const std::filesystem::path path(finding.path);
  const std::string name = escape_html(path.filename().string());
  const std::string picture =
      thumbnail.empty() ? "<span class=\"none\">no preview</span>"
                        : fmt::format("<img src=\"{}\" alt=\"\" loading=\"lazy\">", thumbnail);
  const double percent = 100 * finding.confidence;
  return fmt::format(
      "<li><a href=\"{}\" title=\"{}\"><figure>{}<figcaption><span class=\"name\">{}</span>"
      "<span class=\"soft\">{}. {:.0f}% sure, cosine {:.3f}</span>"
      "<meter min=\"0\" max=\"100\" value=\"{:.0f}\" aria-hidden=\"true\"></meter>"
      "</figcaption></figure></a></li>\n",
      escape_html(escape_url(finding.path)), escape_html(finding.path), picture, name, finding.rank,
      percent, finding.cosine, percent);
}

}  // namespace

std::string gallery_page(const std::vector<Finding>& findings, const GalleryOptions& options) {
  std::vector<std::string> thumbnails(findings.size()), faults(findings.size());
  parallel_for(static_cast<int64_t>(findings.size()), [&](int64_t i) {
    if (interrupt_requested()) return;
    try {
      thumbnails[i] = thumbnail(findings[i].path);
    } catch (const Error& error) {
      faults[i] = error.what();
    }
  });
  check_interrupt();
  std::string list;
  for (size_t i = 0; i < findings.size(); ++i) {
    if (!faults[i].empty() && options.on_bad) options.on_bad(faults[i]);
    list += figure_of(findings[i], thumbnails[i]);
  }
  const std::string body =
      findings.empty() ? "<p>No picture fits.</p>\n"
                       : "<ol class=\"grid\" aria-label=\"Pictures found\">\n" + list + "</ol>\n";
  return to_html({.title = options.title,
                  .lead = "<p class=\"soft\">" + escape_html(options.lead) + "</p>\n",
                  .body = body,
                  .style = kStyle,
                  .script = kScript});
}

}  // namespace tandem
