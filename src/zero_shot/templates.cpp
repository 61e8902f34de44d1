#include "zero_shot/templates.h"

#include "base/fail.h"
#include "base/files.h"
#include "zero_shot/imagenet_templates.h"

namespace tandem {
namespace {

constexpr std::string_view kPlace = "{}";

Templates from_file(const std::string& path) {
  Templates templates{.name = path};
  const std::string text = read_file(path, 1 << 20);
  int number = 0;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.pop_back();
    ++number;
    if (line.empty()) continue;
    if (line.find(kPlace) == std::string::npos)
      fail(ErrorKind::bad_input, "{}: line {} has no {{}}, which stands for the label; write it in",
           path, number);
    templates.texts.push_back(std::move(line));
  }
  if (templates.texts.empty())
    fail(ErrorKind::bad_input, "{}: has no template; write one a line, each with {{}}", path);
  return templates;
}

}  // namespace

Templates Templates::named(const std::string& name_or_path) {
  if (name_or_path == "none") return {"none", {"{}"}};
  if (name_or_path == "simple") return {"simple", {"a photo of a {}."}};
  const auto published = [&](std::span<const char* const> texts) {
    return Templates{name_or_path, {texts.begin(), texts.end()}};
  };
  if (name_or_path == "openai7") return published(openai7_templates());
  if (name_or_path == "openai80") return published(openai80_templates());
  return from_file(name_or_path);
}

std::vector<std::string> fill(std::span<const std::string> labels, const Templates& templates) {
  std::vector<std::string> prompts;
  prompts.reserve(labels.size() * templates.texts.size());
  for (const auto& label : labels)
    for (const auto& text : templates.texts) {
      std::string prompt;
      size_t begin = 0;
      for (size_t at; (at = text.find(kPlace, begin)) != std::string::npos;
           begin = at + kPlace.size())
        prompt.append(text, begin, at - begin).append(label);
      prompts.push_back(prompt.append(text, begin));
    }
  return prompts;
}

void fill_template_sets(std::vector<SourceConfig>& sources) {
  for (auto& source : sources)
    for (const char* set : {"simple", "openai7", "openai80"})
      if (source.templates == std::vector<std::string>{set})
        source.templates = Templates::named(set).texts;
}

}  // namespace tandem
