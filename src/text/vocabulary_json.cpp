#include "text/vocabulary_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "text/json_fields.h"

namespace tandem {
namespace {

constexpr size_t kMaxDepth = 64;  // as parse_json's

/// Watches the parser go by and takes what belongs to the vocabulary.
class Collector {
 public:
  Collector(VocabularyPlace place, VocabularyParts& parts) : place_(place), parts_(parts) {}

  /// The parser's callback: whether to keep what was parsed in the document.
  bool operator()(Json::parse_event_t event, Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start: return enter(/*is_object=*/true);
      case Json::parse_event_t::array_start: return enter(/*is_object=*/false);
      case Json::parse_event_t::object_end:
      case Json::parse_event_t::array_end: return leave();
      case Json::parse_event_t::key: return take_key(parsed);
      case Json::parse_event_t::value: return take_value(parsed);
    }
    return true;
  }

  void finish() {
    const auto highest = std::max_element(
        ids_.begin(), ids_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (highest == ids_.end()) return;
    const std::string& source = parts_.source;
    const auto last = static_cast<size_t>(highest->second);
    if (last > 4 * ids_.size())
      fail(ErrorKind::bad_model,
           "{}: id {} is far above the number of spellings ({}); get the file again", source, last,
           ids_.size());
    parts_.spellings.resize(last + 1);
    for (auto& [spelling, id] : ids_) {
      std::string& place = parts_.spellings[static_cast<size_t>(id)];
      if (spelling.empty() || !place.empty())
        fail(ErrorKind::bad_model, "{}: gives id {} to {}; get the file again", source, id,
             spelling.empty() ? "nothing" : "two spellings");
      place = std::move(spelling);
    }
  }

 private:
  enum class Kind { other, vocabulary, merges, merge };
  struct Frame {
    Kind kind;
    std::string name;            ///< the key under which it stands
    std::set<std::string> keys;  ///< seen in it; of the vocabulary, ids tell
  };

  Kind kind_of_next(bool is_object) const {
    const Kind parent = frames_.empty() ? Kind::other : frames_.back().kind;
    if (parent == Kind::vocabulary) id_value(Json(), key_, parts_.source);  // it is no id
    if (parent == Kind::merges && !is_object) return Kind::merge;
    if (parent != Kind::other) refuse_merge();
    if (place_ == VocabularyPlace::whole_file)
      return frames_.empty() && is_object ? Kind::vocabulary : Kind::other;
    const bool in_model = frames_.size() == 2 && frames_[1].name == "model";
    if (in_model && key_ == "vocab" && is_object) return Kind::vocabulary;
    if (in_model && key_ == "merges" && !is_object) return Kind::merges;
    return Kind::other;
  }

  bool enter(bool is_object) {
    if (frames_.size() >= kMaxDepth)
      fail(ErrorKind::bad_model, "{}: is nested deeper than {} levels; get the file again",
           parts_.source, kMaxDepth);
    frames_.push_back({kind_of_next(is_object), std::exchange(key_, {}), {}});
    pair_.clear();
    return true;
  }

  bool leave() {
    const Kind kind = frames_.back().kind;
    frames_.pop_back();
    if (kind != Kind::merge) return true;
    if (pair_.size() != 2) refuse_merge();
    parts_.merges.emplace_back(std::move(pair_[0]), std::move(pair_[1]));
    return false;
  }

  bool take_key(Json& parsed) {  // a copy: the document has its own
    key_ = std::move(parsed.get_ref<std::string&>());
    Frame& frame = frames_.back();
    if (frame.kind == Kind::vocabulary) return false;
    if (!frame.keys.insert(key_).second)
      fail(ErrorKind::bad_model, "{}: has the key \"{}\" twice in one object; get the file again",
           parts_.source, key_);
    return true;
  }

  bool take_value(Json& parsed) {
    const Kind kind = frames_.empty() ? Kind::other : frames_.back().kind;
    if (kind == Kind::other) return true;
    if (kind == Kind::vocabulary) {
      const int32_t id = id_value(parsed, key_, parts_.source);
      ids_.emplace_back(std::move(key_), id);
      return false;
    }
    if (!parsed.is_string()) refuse_merge();
    std::string& text = parsed.get_ref<std::string&>();
    if (kind == Kind::merges)
      parts_.merges.push_back(parse_merge(text, parts_.merges.size() + 1, parts_.source));
    else
      pair_.push_back(std::move(text));
    return false;
  }

  [[noreturn]] void refuse_merge() const {
    fail(ErrorKind::bad_model, "{}: merge {} is no pair of symbols; get the file again",
         parts_.source, parts_.merges.size() + 1);
  }

  VocabularyPlace place_;
  VocabularyParts& parts_;
  std::vector<Frame> frames_;
  std::string key_;
  std::vector<std::string> pair_;
  std::vector<std::pair<std::string, int32_t>> ids_;
};

}  // namespace

Json parse_vocabulary_json(std::string_view text, VocabularyPlace place, VocabularyParts& parts) {
  Collector collector(place, parts);
  Json rest;
  try {
    rest = Json::parse(text, [&](int, Json::parse_event_t event, Json& parsed) {
      return collector(event, parsed);
    });
  } catch (const Json::exception& error) {
    fail(ErrorKind::bad_model, "{}: is no JSON ({}); get the file again", parts.source,
         error.what());
  }
  collector.finish();
  return rest;
}

}  // namespace tandem
