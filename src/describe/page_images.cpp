#include "describe/page_images.h"

#include <strings.h>

#include <algorithm>
#include <cstring>

#include "base/fail.h"
#include "describe/html_tree.h"
#include "describe/wording.h"

namespace tandem {
namespace {

constexpr size_t kLongestPage = size_t{32} << 20;
constexpr size_t kLongestCaption = 200;
constexpr size_t kCaptionNodes = 1000;

/// Where scripts that load late keep the true address.
constexpr const char* kLazyAttributes[] = {"data-src", "data-lazy-src", "data-original",
                                           "data-lazy"};

/// What stands around a node.
struct Surroundings {
  const GumboElement* link = nullptr;  ///< or button
  const GumboNode* figure = nullptr;
  const GumboNode* picture = nullptr;
};

bool is(const GumboElement& element, GumboTag tag) {
  return element.tag == tag && element.tag_namespace == GUMBO_NAMESPACE_HTML;
}

bool attribute_is(const GumboElement& element, const char* name, const char* value) {
  const char* found = attribute(element, name);
  return found && strcasecmp(found, value) == 0;
}

bool is_link(const GumboElement& element) {
  return (is(element, GUMBO_TAG_A) && attribute(element, "href")) ||
         is(element, GUMBO_TAG_BUTTON) || attribute_is(element, "role", "button") ||
         attribute_is(element, "role", "link") || attribute(element, "onclick");
}

/// The texts below a node, white space made one blank, cut at a length.
std::string text_of(const GumboNode* node) {
  std::string text;
  std::vector<const GumboNode*> open = {node};
  for (size_t seen = 0; !open.empty() && seen < kCaptionNodes && text.size() < kLongestCaption;
       ++seen) {
    const auto* at = open.back();
    open.pop_back();
    if (at->type == GUMBO_NODE_TEXT || at->type == GUMBO_NODE_WHITESPACE) text += at->v.text.text;
    if (const auto* children = children_of(at))
      for (unsigned i = children->length; i-- > 0;)
        open.push_back(static_cast<const GumboNode*>(children->data[i]));
  }
  text = plain_line(text);
  if (text.size() > kLongestCaption) text = plain_line(text.substr(0, kLongestCaption)) + "...";
  return text;
}

std::string caption_of(const GumboNode* figure) {
  const auto* children = children_of(figure);
  for (unsigned i = 0; i < std::min<unsigned>(children->length, kCaptionNodes); ++i) {
    const auto* child = static_cast<const GumboNode*>(children->data[i]);
    if (is_element(child) && is(child->v.element, GUMBO_TAG_FIGCAPTION)) return text_of(child);
  }
  return {};
}

void add_address(const std::string& address, PageImage& image) {
  if (!address.empty() &&
      std::find(image.addresses.begin(), image.addresses.end(), address) == image.addresses.end())
    image.addresses.push_back(address);
}

void add_addresses(const GumboElement& element, PageImage& image) {
  for (const char* name : kLazyAttributes)
    if (const char* value = attribute(element, name)) add_address(value, image);
  if (const char* value = attribute(element, "src")) add_address(value, image);
  for (const char* name : {"srcset", "data-srcset"})
    if (const char* value = attribute(element, name)) add_address(largest_of_srcset(value), image);
}

void add_picture_sources(const GumboNode* picture, PageImage& image) {
  const auto* children = children_of(picture);
  for (unsigned i = 0; i < std::min<unsigned>(children->length, kCaptionNodes); ++i) {
    const auto* child = static_cast<const GumboNode*>(children->data[i]);
    if (is_element(child) && is(child->v.element, GUMBO_TAG_SOURCE))
      add_addresses(child->v.element, image);
  }
}

/// Where attributes may be put; nothing for a tag that does not stand in the page.
std::optional<size_t> behind_tag_name(const GumboElement& element, std::string_view html) {
  const auto& original = element.original_tag;
  if (!original.data || original.data < html.data() ||
      original.data + original.length > html.data() + html.size())
    return std::nullopt;
  std::string_view tag(original.data, original.length);
  // To libgumbo, "</>" (which is nothing) is the beginning of the tag that follows.
  while (tag.starts_with("</>")) tag.remove_prefix(3);
  if (!tag.starts_with('<')) return std::nullopt;
  const size_t name = tag.find_first_of(" \t\n\f\r/>", 1);
  if (name == std::string_view::npos || name == 1) return std::nullopt;
  return static_cast<size_t>(tag.data() - html.data()) + name;
}

const char* tag_of_interest(const GumboElement& element) {
  if (is(element, GUMBO_TAG_IMG)) return "img";
  if (is(element, GUMBO_TAG_INPUT) && attribute_is(element, "type", "image")) return "input";
  if (is(element, GUMBO_TAG_AREA) && attribute(element, "href")) return "area";
  return nullptr;
}

void add_image(const GumboElement& element, const char* tag, const Surroundings& around,
               std::string_view html, std::vector<PageImage>& images) {
  const auto insert_at = behind_tag_name(element, html);
  if (!insert_at) return;
  PageImage image;
  image.tag = tag;
  image.line = element.start_pos.line;
  image.insert_at = *insert_at;
  image.has_alt = attribute(element, "alt") != nullptr;
  for (const char* name : {"aria-label", "aria-labelledby", "title"})
    if (const char* value = attribute(element, name))
      image.is_named = image.is_named || !plain_line(value).empty();
  image.is_decoration = attribute_is(element, "role", "presentation") ||
                        attribute_is(element, "role", "none") ||
                        attribute_is(element, "aria-hidden", "true");
  const auto* link = is_link(element) ? &element : around.link;
  image.is_functional = link || image.tag != "img";
  const auto* target = image.tag == "area" ? &element : link;
  if (const char* href = target ? attribute(*target, "href") : nullptr)
    image.destination = plain_line(href);
  if (around.figure) image.caption = caption_of(around.figure);
  add_addresses(element, image);
  if (around.picture) add_picture_sources(around.picture, image);
  images.push_back(std::move(image));
}

Surroundings inside(const GumboNode* node, Surroundings around) {
  const auto& element = node->v.element;
  if (is_link(element)) around.link = &element;
  if (is(element, GUMBO_TAG_FIGURE)) around.figure = node;
  if (element.tag_namespace == GUMBO_NAMESPACE_HTML && element.tag == gumbo_tag_enum("picture") &&
      element.tag != GUMBO_TAG_UNKNOWN)
    around.picture = node;
  if (element.tag == GUMBO_TAG_UNKNOWN && element.original_tag.length >= 8 &&
      strncasecmp(element.original_tag.data, "<picture", 8) == 0)
    around.picture = node;  // this libgumbo is older than the element
  return around;
}

}  // namespace

PageImages find_page_images(std::string_view html, const std::string& name) {
  if (html.starts_with("\xff\xfe") || html.starts_with("\xfe\xff"))
    fail(ErrorKind::unsupported, "{}: is UTF-16; save it as UTF-8", name);
  if (html.size() > kLongestPage)
    fail(ErrorKind::limit, "{}: is longer than {} bytes; split the page", name, kLongestPage);
  const HtmlTree tree(html, name);
  PageImages page;
  struct Open {
    const GumboNode* node;
    Surroundings around;
  };
  std::vector<Open> open = {{tree.document(), {}}};
  while (!open.empty()) {
    auto [node, around] = open.back();
    open.pop_back();
    if (is_element(node)) {
      const auto& element = node->v.element;
      if (const char* tag = tag_of_interest(element))
        add_image(element, tag, around, html, page.images);
      if (const char* href = attribute(element, "href");
          href && is(element, GUMBO_TAG_BASE) && page.base.empty())
        page.base = href;
      around = inside(node, around);
    }
    if (const auto* children = children_of(node))
      for (unsigned i = children->length; i-- > 0;)
        open.push_back({static_cast<const GumboNode*>(children->data[i]), around});
  }
  // The tree moves what stands wrongly in tables; insertions go by the page.
  std::stable_sort(
      page.images.begin(), page.images.end(),
      [](const PageImage& a, const PageImage& b) { return a.insert_at < b.insert_at; });
  return page;
}

}  // namespace tandem
