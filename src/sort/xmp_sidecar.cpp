#include "sort/xmp_sidecar.h"

#include <exempi/xmp.h>
#include <exempi/xmpconsts.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <set>
#include <tuple>
#include <vector>

#include "base/fail.h"
#include "page/page.h"
#include "sort/apply.h"
#include "text/utf8.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxBytes = 32 << 20;
constexpr const char* kEmpty =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"Tandem\">\n"
    " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n </rdf:RDF>\n"
    "</x:xmpmeta>\n";

// The library keeps global tables.
std::mutex library_mutex;

bool start() {
  if (!xmp_init()) return false;
  // A schema that no sidecar has brought yet is unknown to the library, which complains on stderr.
  const XmpStringPtr prefix = xmp_string_new();
  xmp_register_namespace(NS_LIGHTROOM, "lr", prefix);
  xmp_string_free(prefix);
  return true;
}

void start_library() {
  static const bool started = start();
  if (!started)
    fail(ErrorKind::unsupported, "libexempi does not start; leave --xmp out or install it again");
}

/// While it lives, the library's own complaints ("XML parsing failure"), which it has no switch
/// for, go nowhere: its answers are told in sentences of ours.
class Unheard {
 public:
  Unheard() : before_(std::cerr.rdbuf(nullptr)) {}
  ~Unheard() { std::cerr.rdbuf(before_); }
  Unheard(const Unheard&) = delete;
  Unheard& operator=(const Unheard&) = delete;

 private:
  std::streambuf* before_;
};

using Packet = std::unique_ptr<std::remove_pointer_t<XmpPtr>, decltype(&xmp_free)>;
using Text = std::unique_ptr<std::remove_pointer_t<XmpStringPtr>, decltype(&xmp_string_free)>;

Text new_text() { return Text(xmp_string_new(), xmp_string_free); }
std::string copied(const Text& text) {
  return std::string(xmp_string_cstr(text.get()), xmp_string_len(text.get()));
}

[[noreturn]] void refuse(const std::string& name, const char* why) {
  fail(ErrorKind::bad_input, "{}: {}; it stays as it is, mend or remove it", name, why);
}

Packet parsed(const std::string& text, const std::string& name) {
  // The library takes any XML for XMP without properties.
  if (text.size() > kMaxBytes) refuse(name, "is longer than any sidecar");
  if (text.find("RDF") == std::string::npos) refuse(name, "is no XMP");
  if (invalid_utf8_offset(text) != std::string::npos || text.find('\0') != std::string::npos)
    refuse(name, "is no UTF-8");
  Packet packet(xmp_new_empty(), xmp_free);
  if (!packet || !xmp_parse(packet.get(), text.data(), text.size())) refuse(name, "is no XMP");
  return packet;
}

using Leaf = std::tuple<std::string, std::string, std::string>;  // schema, path, value

std::set<Leaf> leaves_of(const Packet& packet) {
  std::set<Leaf> leaves;
  const std::unique_ptr<std::remove_pointer_t<XmpIteratorPtr>, decltype(&xmp_iterator_free)> at(
      xmp_iterator_new(packet.get(), nullptr, nullptr, XMP_ITER_JUSTLEAFNODES), xmp_iterator_free);
  const Text schema = new_text(), path = new_text(), value = new_text();
  uint32_t options = 0;
  while (at && xmp_iterator_next(at.get(), schema.get(), path.get(), value.get(), &options))
    leaves.emplace(copied(schema), copied(path), copied(value));
  return leaves;
}

struct Property {
  const char* schema;
  const char* name;
  const char* qualified;  // as sidecars write it
};
constexpr Property kSubject = {NS_DC, "subject", "dc:subject"};
constexpr Property kHierarchy = {NS_LIGHTROOM, "hierarchicalSubject", "lr:hierarchicalSubject"};

bool has_item(const Packet& packet, const Property& list, const std::string& wanted,
              const std::string& name) {
  const Text item = new_text();
  uint32_t options = 0;
  if (!xmp_get_property(packet.get(), list.schema, list.name, item.get(), &options)) return false;
  if (!XMP_IS_PROP_ARRAY(options)) refuse(name, "its keywords are no list");
  for (int32_t i = 1;
       xmp_get_array_item(packet.get(), list.schema, list.name, i, item.get(), &options); ++i)
    if (copied(item) == wanted) return true;
  return false;
}

// The file is edited as text: the library loses what it does not understand (of a title in two
// languages the second), and judges the result.
void insert(std::string& text, const Property& list, const std::vector<std::string>& items,
            const std::string& name) {
  if (items.empty()) return;
  std::string lines;
  for (const auto& item : items) lines += "<rdf:li>" + escape_html(item) + "</rdf:li>";
  const std::string opens = std::string("<") + list.qualified;
  const std::string closes = std::string("</") + list.qualified;
  const size_t begin = text.find(opens);
  const size_t end = begin == std::string::npos ? begin : text.find(closes, begin);
  if (end != std::string::npos) {
    const size_t last =
        std::max(text.rfind("</rdf:Bag>", end) + 1, text.rfind("</rdf:Seq>", end) + 1);
    if (last <= begin + 1) refuse(name, "its keywords are written in a form that is not edited");
    text.insert(last - 1, lines);
    return;
  }
  const size_t document = text.rfind("</rdf:RDF>");
  if (document == std::string::npos) refuse(name, "is written in a form that is not edited");
  text.insert(document, fmt::format(" <rdf:Description rdf:about=\"\" xmlns:{}=\"{}\">\n   <{}>"
                                    "<rdf:Bag>{}</rdf:Bag></{}>\n  </rdf:Description>\n ",
                                    std::string_view(list.qualified).substr(0, 2), list.schema,
                                    list.qualified, lines, list.qualified));
}

// What a list lacks, each once.
std::vector<std::string> missing(const Packet& packet, const Property& list,
                                 std::span<const std::string> wanted, const std::string& name) {
  std::vector<std::string> items;
  for (const auto& item : wanted)
    if (!has_item(packet, list, item, name) &&
        std::find(items.begin(), items.end(), item) == items.end())
      items.push_back(item);
  return items;
}

}  // namespace

std::string sidecar_path(const std::string& picture, SidecarName name) {
  if (const auto there = sidecars_of(picture); !there.empty()) return there.front();
  if (name == SidecarName::full) return picture + ".xmp";
  return fs::path(picture).replace_extension(".xmp").string();
}

std::string with_categories(const std::optional<std::string>& existing,
                            std::span<const std::string> categories, const std::string& name) {
  const std::lock_guard lock(library_mutex);
  start_library();
  const Unheard unheard;
  std::vector<std::string> subjects, paths;
  for (const auto& category : categories) {
    subjects.push_back(category.substr(category.rfind('/') + 1));
    if (category.find('/') == std::string::npos) continue;
    paths.push_back(category);
    std::replace(paths.back().begin(), paths.back().end(), '/', '|');
  }
  std::string text = existing.value_or(kEmpty);
  const Packet packet = parsed(text, name);
  const auto before = leaves_of(packet);
  const auto new_subjects = missing(packet, kSubject, subjects, name);
  const auto new_paths = missing(packet, kHierarchy, paths, name);
  if (new_subjects.empty() && new_paths.empty()) return text;
  insert(text, kSubject, new_subjects, name);
  insert(text, kHierarchy, new_paths, name);
  const Packet result = parsed(text, name);
  const auto after = leaves_of(result);
  const bool complete = std::includes(after.begin(), after.end(), before.begin(), before.end()) &&
                        missing(result, kSubject, subjects, name).empty() &&
                        missing(result, kHierarchy, paths, name).empty();
  if (!complete) refuse(name, "is written in a form that is not edited");
  return text;
}

}  // namespace tandem
