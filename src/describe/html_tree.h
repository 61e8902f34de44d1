// A parsed HTML page, within limits of memory and time.
#pragma once

#include <gumbo.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tandem {

/// Owns libgumbo's tree of a page; `html` must outlive it.
class HtmlTree {
 public:
  /// Errors: limit, as find_page_images.
  HtmlTree(std::string_view html, const std::string& name);
  ~HtmlTree();
  HtmlTree(const HtmlTree&) = delete;
  HtmlTree& operator=(const HtmlTree&) = delete;

  const GumboNode* document() const;

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
  GumboOutput* output_ = nullptr;
};

/// The value of an attribute, entities resolved; null where it is missing.
const char* attribute(const GumboElement& element, const char* name);
bool is_element(const GumboNode* node);
/// The children of documents, elements and templates; null for others.
const GumboVector* children_of(const GumboNode* node);

}  // namespace tandem
