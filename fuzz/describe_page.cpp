// Filling the alts of a page: every byte of the page stays, in its order, and what was filled is
// found as the author's by the next run.
#include <string_view>

#include "describe/page_filler.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem;
  const std::string_view page(reinterpret_cast<const char*>(data), size);
  Proposal filled;
  filled.alt = "";
  // Addresses are judged beside a folder that is not there, so that only decoration is filled.
  const FillOptions options{"/nonexistent/page.html", ""};
  const Propose none = [](const std::string&, std::optional<PictureRole>) -> Proposal {
    std::abort();
  };
  const std::string added = alt_attributes(filled);
  tandem_fuzz::expect_value_or_error([&] {
    const FilledPage result = fill_page(page, options, none);
    size_t count = 0;
    for (const auto& image : result.images) count += image.filled;
    if (result.html.size() != page.size() + count * added.size()) std::abort();
    if (page.find(added) == std::string_view::npos) {
      std::string without = result.html;
      for (size_t at; (at = without.find(added)) != std::string::npos;)
        without.erase(at, added.size());
      if (without != page) std::abort();
    }
    const FilledPage again = fill_page(result.html, options, none);
    for (const auto& image : again.images)
      if (image.filled) std::abort();
  });
  largest_of_srcset(page);
  return 0;
}
