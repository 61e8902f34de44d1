#include "search/gallery.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "page/page.h"
#include "page/page_style.h"

namespace tandem {
namespace {

constexpr int kSide = 320, kAskedSide = 180;

constexpr const char* kStyle = R"(
.asked { display: flex; flex-wrap: wrap; gap: .5rem; }
.asked img { height: 90px; max-width: 100%; border-radius: 4px; }
.grid a { display: block; height: 100%; color: inherit; text-decoration: none; border-radius: 6px; }
.grid a:hover figure { border-color: var(--accent); }
.grid figure { display: flex; flex-direction: column; }
figcaption { flex: 1; display: flex; flex-direction: column; }
.sure { margin-top: auto; padding-top: .25rem; }
meter { display: block; width: 100%; height: .5rem; }
meter::-webkit-meter-bar { height: .5rem; background: var(--line); border: 0; }
meter::-webkit-meter-optimum-value { background: var(--accent); }
meter::-moz-meter-bar { background: var(--accent); }
)";

std::string figure_of(const Finding& finding, const std::string& folder,
                      const std::string& thumbnail) {
  const std::string name = escape_html(std::filesystem::path(finding.path).filename().string());
  const std::string picture =
      thumbnail.empty() ? "<span class=\"blank\">no preview</span>"
                        : fmt::format("<img src=\"{}\" alt=\"\" loading=\"lazy\">", thumbnail);
  const std::string place =
      folder.empty() ? "" : fmt::format("<span class=\"soft\">{}</span>", escape_html(folder));
  return fmt::format(
      "<li><a href=\"{}\" title=\"{}\"><figure>{}<figcaption><span class=\"name\">{}. {}</span>{}"
      "<span class=\"sure\">{} sure<span class=\"soft\">, cosine {:.3f}</span></span>"
      "<meter min=\"0\" max=\"100\" value=\"{:.0f}\" aria-hidden=\"true\"></meter>"
      "</figcaption></figure></a></li>\n",
      escape_html(file_address(finding.path)), escape_html(finding.path), picture, finding.rank,
      name, place, percent_in_words(finding.confidence), finding.cosine, 100 * finding.confidence);
}

/// Small copies; a place stays empty where none could be made.
std::vector<std::string> thumbnails_of(const std::vector<std::string>& paths, int side,
                                       const GalleryOptions& options) {
  std::vector<std::string> thumbnails(paths.size()), faults(paths.size());
  parallel_for(static_cast<int64_t>(paths.size()), [&](int64_t i) {
    if (interrupt_requested()) return;
    try {
      thumbnails[i] = thumbnail(paths[i], side);
    } catch (const Error& error) {
      faults[i] = error.what();
    }
  });
  check_interrupt();
  for (const auto& fault : faults)
    if (!fault.empty() && options.on_bad) options.on_bad(fault);
  return thumbnails;
}

std::string asked_with(const GalleryOptions& options) {
  std::string html;
  for (const auto& uri : thumbnails_of(options.images, kAskedSide, options))
    if (!uri.empty())
      html += fmt::format("<img src=\"{}\" alt=\"a picture that was asked with\">", uri);
  return html.empty() ? "" : "<p class=\"asked\">" + html + "</p>\n";
}

}  // namespace

std::string gallery_page(const std::vector<Finding>& findings, const GalleryOptions& options) {
  std::vector<std::string> paths;
  for (const auto& finding : findings) paths.push_back(finding.path);
  const auto thumbnails = thumbnails_of(paths, kSide, options);
  const auto folders = folders_below_shared(paths);
  std::string list;
  for (size_t i = 0; i < findings.size(); ++i)
    list += figure_of(findings[i], folders[i], thumbnails[i]);
  const std::string body =
      findings.empty()
          ? "<p class=\"empty\">No picture fits.</p>\n"
          : "<ol class=\"grid\" role=\"list\" aria-label=\"Pictures found\">\n" + list + "</ol>\n";
  return to_html(
      {.title = options.title,
       .lead = asked_with(options) + "<p class=\"soft\">" + escape_html(options.lead) + "</p>\n",
       .body = body,
       .style = kStyle,
       .script = kGridScript});
}

}  // namespace tandem
