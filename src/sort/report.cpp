#include "sort/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "page/page.h"
#include "page/page_style.h"
#include "sort/report_page.h"

namespace tandem {
namespace {

constexpr int kThumbnailSide = 260;
constexpr size_t kBatch = 32;

// A card's filters: the numbers of its categories; "none" for groups where nothing fits.
std::string filter_words(const SortedPicture& picture, const Sorter& sorter) {
  std::string words;
  size_t number = 0;
  const auto& groups = sorter.taxonomy().groups;
  for (size_t g = 0; g < groups.size(); ++g) {
    for (const size_t c : picture.groups[g].answer.fitting)
      words += fmt::format("c{} ", number + c);
    number += groups[g].categories.size();
  }
  return picture.none_of_these() ? words + "none" : words;
}

/// "None of these" as the answer: with its probability where it is the likeliest, and without where
/// only the thresholds were not reached.
std::string none_chip(const GroupResult& result, size_t categories) {
  const bool likeliest = !result.ranked.empty() && result.ranked.front().category >= categories;
  const std::string sure =
      likeliest ? " <b>" + percent_in_words(result.ranked.front().probability) + "</b>" : "";
  return "<li class=\"chip none\">none of these" + sure + "</li>";
}

std::string chips(const GroupResult& result, const CategoryGroup& group) {
  const auto& fitting = result.answer.fitting;
  const auto is_none = [&](size_t c) { return c >= group.categories.size(); };
  const auto name = [&](size_t c) {
    return is_none(c) ? "none of these" : escape_html(group.categories[c].name);
  };
  std::string html;
  for (const auto& ranked : result.ranked)
    if (std::find(fitting.begin(), fitting.end(), ranked.category) != fitting.end())
      html += fmt::format("<li class=\"chip fits\">{} <b>{}</b></li>", name(ranked.category),
                          percent_in_words(ranked.probability));
  if (fitting.empty()) html += none_chip(result, group.categories.size());
  for (const auto& ranked : result.ranked) {
    const bool fits = std::find(fitting.begin(), fitting.end(), ranked.category) != fitting.end();
    const bool is_said = fits || (fitting.empty() && is_none(ranked.category));
    if (!is_said && ranked.probability >= 0.01)
      html += fmt::format("<li class=\"chip\"><span class=\"hidden\">not </span>{} {}</li>",
                          name(ranked.category), percent_in_words(ranked.probability));
  }
  return html;
}

std::string card(const SortedPicture& picture, const Sorter& sorter, const std::string& folder,
                 const std::string& data_uri) {
  const auto& groups = sorter.taxonomy().groups;
  const std::string file = picture.path.substr(picture.path.rfind('/') + 1);
  std::string lists;
  for (size_t g = 0; g < groups.size(); ++g) {
    if (groups.size() > 1)
      lists += fmt::format("<p class=\"group\">{}</p>", escape_html(groups[g].name));
    lists += fmt::format("<ul class=\"chips\" aria-label=\"{}\">{}</ul>",
                         escape_html(groups[g].name), chips(picture.groups[g], groups[g]));
  }
  const std::string shown =
      data_uri.empty() ? "<span class=\"blank\">cannot be shown</span>"
                       : fmt::format("<img loading=\"lazy\" src=\"{}\" alt=\"\">", data_uri);
  const std::string place =
      folder.empty() ? ""
                     : fmt::format("<span class=\"folder soft\">{}</span>", escape_html(folder));
  return fmt::format(
      "<li class=\"card\" data-in=\"{}\"><figure><a href=\"{}\" title=\"{}\">{}"
      "<span class=\"name\">{}</span></a><figcaption>{}<span class=\"soft\">margin {}</span>{}"
      "</figcaption></figure></li>\n",
      filter_words(picture, sorter), escape_html(file_address(picture.path)),
      escape_html(picture.path), shown, escape_html(file), place,
      percent_in_words(picture.margin()), lists);
}

struct FilterCount {
  std::string key, name;
  int64_t pictures = 0;
};

// All pictures are counted, shown or not.
std::vector<FilterCount> count_filters(std::span<const SortedPicture> pictures,
                                       const Sorter& sorter) {
  std::vector<FilterCount> filters;
  std::vector<size_t> begins;
  for (const auto& group : sorter.taxonomy().groups) {
    begins.push_back(filters.size());
    for (const auto& category : group.categories)
      filters.push_back({fmt::format("c{}", filters.size()), category.name});
  }
  filters.push_back({"none", "none of these"});
  for (const auto& picture : pictures) {
    for (size_t g = 0; g < picture.groups.size(); ++g)
      for (const size_t c : picture.groups[g].answer.fitting) ++filters[begins[g] + c].pictures;
    filters.back().pictures += picture.none_of_these();
  }
  return filters;
}

std::string filter_bar(std::span<const FilterCount> filters) {
  std::string html =
      "<div class=\"filters\" role=\"group\" aria-label=\"show only\" hidden>\n"
      "<button type=\"button\" data-key=\"\" aria-pressed=\"true\">all <kbd>0</kbd></button>\n";
  int key = 0;
  for (const auto& filter : filters) {
    if (filter.pictures == 0) continue;
    const std::string hint = ++key < 10 ? fmt::format(" <kbd>{}</kbd>", key) : "";
    html += fmt::format(
        "<button type=\"button\" data-key=\"{}\" aria-pressed=\"false\">{} <span "
        "class=\"soft\">{}</span>{}</button>\n",
        filter.key, escape_html(filter.name), filter.pictures, hint);
  }
  return html +
         "<label>name <input type=\"search\" id=\"name\" placeholder=\"part of a name (/)\">"
         "</label>\n<p id=\"count\" role=\"status\" class=\"soft\"></p>\n</div>\n";
}

std::string lead(std::span<const SortedPicture> pictures, const Sorter& sorter, size_t shown) {
  const auto none = std::count_if(pictures.begin(), pictures.end(),
                                  [](const SortedPicture& p) { return p.none_of_these(); });
  const size_t categories = sorter.taxonomy().category_count();
  std::string text =
      fmt::format("<p>{} {} sorted into {} {}; {} {} none of these.", pictures.size(),
                  pictures.size() == 1 ? "picture" : "pictures", categories,
                  categories == 1 ? "category" : "categories", none, none == 1 ? "fits" : "fit");
  if (shown < pictures.size())
    text += fmt::format(" The {} most uncertain are shown; the buttons count all.", shown);
  return text +
         " The uncertain ones come first: the margin says how much a probability would have to "
         "change for another answer. Framed in colour is the answer, dashed that nothing reached "
         "its threshold; beside it stands what else was likely.</p>\n"
         "<p class=\"soft keys\" hidden><label><input type=\"checkbox\" id=\"keys\" checked> "
         "Keys</label>: <kbd>0</kbd> to <kbd>9</kbd> choose a category, <kbd>/</kbd> searches a "
         "name, <kbd>j</kbd>, <kbd>k</kbd> and the arrows go from picture to picture, "
         "<kbd>Enter</kbd> opens one, <kbd>Escape</kbd> shows all.</p>\n";
}

}  // namespace

std::vector<size_t> most_uncertain(std::span<const SortedPicture> pictures, size_t most) {
  std::vector<size_t> order(pictures.size());
  std::iota(order.begin(), order.end(), size_t{0});
  most = std::min(most, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
                    [&](size_t a, size_t b) {
                      const double first = pictures[a].margin(), second = pictures[b].margin();
                      return first < second || (first == second && a < b);
                    });
  order.resize(most);
  return order;
}

std::string sort_report(std::span<const SortedPicture> pictures, const Sorter& sorter,
                        const SortReportOptions& options) {
  const auto order = most_uncertain(pictures, options.most);
  std::vector<std::string> paths;
  for (const size_t i : order) paths.push_back(pictures[i].path);
  const auto folders = folders_below_shared(paths);
  std::string cards;
  for (size_t begin = 0; begin < order.size(); begin += kBatch) {
    check_interrupt();
    const size_t count = std::min(kBatch, order.size() - begin);
    std::vector<std::string> uris(count), wrong(count);
    parallel_for(static_cast<int64_t>(count), [&](int64_t i) {
      const auto at = static_cast<size_t>(i);
      try {
        uris[at] = thumbnail(pictures[order[begin + at]].path, kThumbnailSide);
      } catch (const Error& error) {
        wrong[at] = error.what();
      }
    });
    for (size_t i = 0; i < count; ++i) {
      if (!wrong[i].empty() && options.on_bad) options.on_bad(wrong[i]);
      cards += card(pictures[order[begin + i]], sorter, folders[begin + i], uris[i]);
      if (options.progress) options.progress();
    }
  }
  const auto filters = count_filters(pictures, sorter);
  const std::string list = cards.empty()
                               ? "<p class=\"empty\">No picture was sorted.</p>\n"
                               : "<ul class=\"grid\" role=\"list\">\n" + cards + "</ul>\n";
  return to_html({.title = "Sorted into " + sorter.taxonomy().file,
                  .lead = lead(pictures, sorter, order.size()),
                  .body = filter_bar(filters) + list,
                  .style = kSortReportStyle,
                  .script = std::string(kSortReportScript) + kGridScript});
}

}  // namespace tandem
