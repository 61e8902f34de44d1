#include <fmt/core.h>

#include <filesystem>
#include <map>

#include "base/config_value.h"
#include "base/fail.h"
#include "base/files.h"
#include "sort/taxonomy.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using Kind = ConfigValue::Kind;

constexpr size_t kMaxDescriptions = 100'000;
constexpr size_t kMaxTextBytes = 2'000;
constexpr uint64_t kMaxFileBytes = 16 << 20;
// Descriptions are phrases ("a dog", "people at a table"), so the template brings no article.
const Templates kPhrases{.name = "phrases", .texts = {"a photo of {}."}};

// A group while it is read.
struct GroupDraft {
  CategoryGroup group;
  bool says_none = false;     // the file has the key
  bool refuses_none = false;  // as `none = false`
};

class Parser {
 public:
  Parser(std::string file, std::string folder)
      : file_(std::move(file)), folder_(std::move(folder)) {}

  Taxonomy parse(std::string_view toml) {
    const ConfigValue root = parse_toml(toml, file_);
    Taxonomy taxonomy{.file = file_, .templates = kPhrases, .groups = {}};
    GroupDraft plain{.group = {.line = 1}};
    bool plain_has_keys = false;
    for (const auto& [key, value] : root.members) {
      if (key == "templates") {
        taxonomy.templates = templates(value);
      } else if (key == "group") {
        for (const auto* table : tables(value, key, "[[group]]"))
          taxonomy.groups.push_back(group(*table));
      } else if (group_key(key, value, plain)) {
        plain_has_keys = true;
      } else {
        refuse_key(
            key, value,
            {"templates", "group", "category", "exclusive", "none", "threshold", "temperature"});
      }
    }
    if (plain_has_keys) {
      plain.group.name = "category";
      taxonomy.groups.insert(taxonomy.groups.begin(), finished(std::move(plain)));
    }
    if (taxonomy.groups.empty())
      fail(ErrorKind::bad_input,
           "{}: holds no categories; write [[category]] with a name and descriptions", file_);
    check(taxonomy);
    return taxonomy;
  }

 private:
  std::string at(const ConfigValue& value) const {
    return fmt::format("{}: line {}", file_, value.line);
  }
  std::string at(const ConfigValue& value, const std::string& key) const {
    return at(value) + ": " + key;
  }

  [[noreturn]] void refuse_key(const std::string& key, const ConfigValue& value,
                               const std::vector<std::string>& known) const {
    std::string list;
    for (const auto& name : known) list += (list.empty() ? "" : ", ") + name;
    fail(ErrorKind::bad_input, "{}: {} is no key here{}; known are {}", at(value), key,
         did_you_mean(key, known), list);
  }

  std::string text(const ConfigValue& value, const std::string& key,
                   const std::string& example) const {
    if (value.kind != Kind::text) refuse_value(at(value, key), value, "a text", example);
    if (value.text.find_first_not_of(" \t\r\n") == std::string::npos)
      fail(ErrorKind::bad_input, "{}: is empty; write it like {}", at(value, key), example);
    if (value.text.size() > kMaxTextBytes)
      fail(ErrorKind::limit, "{}: is longer than {} bytes; no model reads that far, say it shorter",
           at(value, key), kMaxTextBytes);
    return value.text;
  }

  // One text, or a list of them.
  std::vector<std::string> texts(const ConfigValue& value, const std::string& key,
                                 const std::string& example) const {
    if (value.kind == Kind::text) return {text(value, key, example)};
    if (value.kind != Kind::list || value.items.empty())
      refuse_value(at(value, key), value, "a list of texts", example);
    std::vector<std::string> list;
    for (const auto& item : value.items) list.push_back(text(item, key, example));
    return list;
  }

  double number(const ConfigValue& value, const std::string& key, double low, double high) const {
    const bool is_number = value.kind == Kind::number || value.kind == Kind::integer;
    if (!is_number || !(value.number >= low && value.number <= high))
      refuse_value(at(value, key), value, fmt::format("a number from {} to {}", low, high), "0.6");
    return value.number;
  }

  std::vector<const ConfigValue*> tables(const ConfigValue& value, const std::string& key,
                                         const std::string& example) const {
    std::vector<const ConfigValue*> list;
    if (value.kind == Kind::table) list.push_back(&value);
    if (value.kind == Kind::list)
      for (const auto& item : value.items) list.push_back(&item);
    if (list.empty()) refuse_value(at(value, key), value, "a list of tables", example);
    return list;
  }

  Templates templates(const ConfigValue& value) const {
    const std::string example = "\"openai7\" or [\"a photo of {}.\", \"a drawing of {}.\"]";
    if (value.kind == Kind::text && value.text.find("{}") == std::string::npos) {
      const std::string name = text(value, "templates", example);
      std::error_code error;
      const fs::path path = fs::path(folder_) / name;
      try {
        return Templates::named(fs::is_regular_file(path, error) ? path.string() : name);
      } catch (const Error& wrong) {
        throw Error(wrong.kind(), at(value, "templates: ") + wrong.what());
      }
    }
    Templates result{.name = "own", .texts = texts(value, "templates", example)};
    for (const auto& sentence : result.texts)
      if (sentence.find("{}") == std::string::npos)
        fail(ErrorKind::bad_input, "{}: \"{}\" has no {{}} for the description; write it like {}",
             at(value, "templates"), sentence, example);
    return result;
  }

  // Whether the key is one of a group's and was read.
  bool group_key(const std::string& key, const ConfigValue& value, GroupDraft& draft) const {
    CategoryGroup& group = draft.group;
    if (key == "exclusive") {
      if (value.kind != Kind::boolean)
        refuse_value(at(value, key), value, "true or false", "false");
      group.exclusive = value.boolean;
    } else if (key == "none") {
      none(value, draft);
    } else if (key == "threshold") {
      group.threshold = number(value, key, 0, 1);
    } else if (key == "temperature") {
      group.temperature = number(value, key, 0.001, 1000);
    } else if (key == "category") {
      for (const auto* item : tables(value, key, "[[category]] or [\"dogs\", \"cats\"]"))
        group.categories.push_back(category(*item));
    } else {
      return false;
    }
    return true;
  }

  void none(const ConfigValue& value, GroupDraft& draft) const {
    draft.says_none = true;
    if (value.kind == Kind::boolean)
      draft.refuses_none = !value.boolean;
    else
      draft.group.none = texts(value, "none", "[\"something\", \"a picture\"] or false");
  }

  CategoryGroup group(const ConfigValue& table) const {
    if (table.kind != Kind::table) refuse_value(at(table, "group"), table, "a table", "[[group]]");
    GroupDraft draft{.group = {.line = table.line}};
    CategoryGroup& result = draft.group;
    for (const auto& [key, value] : table.members) {
      if (key == "name")
        result.name = text(value, key, "\"subject\"");
      else if (!group_key(key, value, draft))
        refuse_key(key, value,
                   {"name", "exclusive", "none", "threshold", "temperature", "category"});
    }
    if (result.name.empty())
      fail(ErrorKind::bad_input, "{}: the group has no name; write name = \"subject\"", at(table));
    if (const auto wrong = category_name_objection(result.name); !wrong.empty())
      fail(ErrorKind::bad_input, "{}: the group's name \"{}\" {}; choose another", at(table),
           result.name, wrong);
    return finished(std::move(draft));
  }

  // What depends on several keys.
  CategoryGroup finished(GroupDraft draft) const {
    CategoryGroup& group = draft.group;
    const std::string where =
        fmt::format("{}: line {}: group \"{}\"", file_, group.line, group.name);
    if (group.categories.empty())
      fail(ErrorKind::bad_input, "{}: has no categories; write [[group.category]] below it", where);
    if (!group.exclusive && draft.says_none)
      fail(ErrorKind::bad_input,
           "{}: none belongs to groups that exclude each other; here each category has its own "
           "`not`",
           where);
    if (group.exclusive && group.none.empty() && !draft.refuses_none) group.none = neutral_words();
    for (auto& category : group.categories) {
      if (group.exclusive && !category.counterparts.empty())
        fail(ErrorKind::bad_input,
             "{}: line {}: not: \"{}\" is in a group whose categories exclude each other, which "
             "needs none; write exclusive = false in the group or leave `not` out",
             file_, category.line, category.name);
      if (!group.exclusive && category.counterparts.empty())
        category.counterparts = neutral_words();
    }
    return std::move(draft.group);
  }

  Category category(const ConfigValue& value) const {
    Category result{.line = value.line};
    if (value.kind == Kind::text) {
      result.name = value.text;
    } else if (value.kind == Kind::table) {
      for (const auto& [key, member] : value.members) {
        if (key == "name")
          result.name = text(member, key, "\"dogs\"");
        else if (key == "descriptions")
          result.descriptions = texts(member, key, "[\"a dog\", \"a puppy\"]");
        else if (key == "not")
          result.counterparts = texts(member, key, "[\"a photo without text\"]");
        else if (key == "threshold")
          result.threshold = number(member, key, 0, 1);
        else
          refuse_key(key, member, {"name", "descriptions", "not", "threshold"});
      }
    } else {
      refuse_value(at(value, "category"), value, "a table or a name", "{name = \"dogs\"}");
    }
    if (const auto wrong = category_name_objection(result.name); !wrong.empty())
      fail(ErrorKind::bad_input, "{}: the category's name \"{}\" {}; choose another", at(value),
           result.name, wrong);
    if (result.descriptions.empty())
      result.descriptions = {result.name.substr(result.name.rfind('/') + 1)};
    return result;
  }

  void check(const Taxonomy& taxonomy) const {
    std::map<std::string, int> lines, group_lines;
    size_t descriptions = 0;
    for (const auto& group : taxonomy.groups) {
      if (const auto [first, is_new] = group_lines.emplace(group.name, group.line); !is_new)
        fail(ErrorKind::bad_input, "{}: line {}: a group \"{}\" is in line {} already; rename one",
             file_, group.line, group.name, first->second);
      for (const auto& category : group.categories) {
        descriptions += category.descriptions.size() + category.counterparts.size();
        if (const auto [first, is_new] = lines.emplace(category.name, category.line); !is_new)
          fail(ErrorKind::bad_input,
               "{}: line {}: a category \"{}\" is in line {} already; rename one or give the first "
               "one its descriptions too",
               file_, category.line, category.name, first->second);
      }
    }
    if (descriptions > kMaxDescriptions)
      fail(ErrorKind::limit, "{}: has {} descriptions, more than {}; sort in several rounds", file_,
           descriptions, kMaxDescriptions);
  }

  std::string file_, folder_;
};

}  // namespace

Taxonomy parse_taxonomy(std::string_view toml, const std::string& file, const std::string& folder) {
  return Parser(file, folder).parse(toml);
}

Taxonomy read_taxonomy(const std::string& path) {
  return parse_taxonomy(read_file(path, kMaxFileBytes), path,
                        fs::path(path).parent_path().string());
}

}  // namespace tandem
