#include "sort/taxonomy.h"

#include <algorithm>

#include "data/digest.h"

namespace tandem {

size_t Taxonomy::category_count() const {
  size_t count = 0;
  for (const auto& group : groups) count += group.categories.size();
  return count;
}

const std::vector<std::string>& neutral_words() {
  static const std::vector<std::string> words = {"something", "an object", "a thing", "a picture"};
  return words;
}

std::string category_name_objection(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > 200) return "is longer than 200 bytes";
  const auto first = static_cast<unsigned char>(name.front());
  // A spreadsheet takes = + - @ for the beginning of a formula, a program - for a flag; names with
  // a dot in front are hidden.
  const bool begins_well = (first >= '0' && first <= '9') || (first >= 'A' && first <= 'Z') ||
                           (first >= 'a' && first <= 'z') || first >= 0x80;
  if (!begins_well) return "does not begin with a letter or a digit";
  for (const char c : name)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F || c == '\\' || c == '|')
      return "holds a control character, | or \\";
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part.empty() || part.front() == '.' || part.front() == ' ' || part.back() == ' ')
      return "has a part that is empty, or begins with a dot, or begins or ends with a blank";
    if (part == kNoneName) return "has the part none, which means pictures that fit no category";
    begin = end + 1;
  }
  return {};
}

std::string digest_of(const Taxonomy& taxonomy) {
  Digest digest;
  const auto add_all = [&](const std::vector<std::string>& texts) {
    digest.add(static_cast<uint64_t>(texts.size()));
    for (const auto& text : texts) digest.add(std::string_view(text));
  };
  add_all(taxonomy.templates.texts);
  for (const auto& group : taxonomy.groups) {
    digest.add(std::string_view(group.name));
    digest.add(static_cast<uint64_t>(group.exclusive));
    add_all(group.none);
    digest.add(static_cast<uint64_t>(group.categories.size()));
    for (const auto& category : group.categories) {
      digest.add(std::string_view(category.name));
      add_all(category.descriptions);
      add_all(category.counterparts);
    }
  }
  return digest.hex();
}

}  // namespace tandem
