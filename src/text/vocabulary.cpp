#include "text/vocabulary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/fail.h"
#include "text/utf8.h"

namespace tandem {
namespace {

struct ByteTable {
  std::array<std::string, 256> spellings;
  std::vector<uint8_t> order;
  std::array<int16_t, 0x200> bytes;  ///< by code point, -1 for none

  ByteTable() {
    bytes.fill(-1);
    const auto printable = [](int b) {
      return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    };
    for (int b = 0; b < 256; ++b)
      if (printable(b)) add(b, static_cast<char32_t>(b));
    char32_t next = 256;
    for (int b = 0; b < 256; ++b)
      if (!printable(b)) add(b, next++);
  }

  void add(int byte, char32_t code) {
    append_utf8(spellings[static_cast<size_t>(byte)], code);
    order.push_back(static_cast<uint8_t>(byte));
    bytes[code] = static_cast<int16_t>(byte);
  }
};

const ByteTable& byte_table() {
  static const ByteTable table;
  return table;
}

uint64_t hash_of(std::string_view text) {
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15u;
  uint64_t hash = text.size() * kFactor;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t part;
    std::memcpy(&part, text.data() + i, 8);
    hash = (std::rotl(hash, 23) ^ part) * kFactor;
  }
  uint64_t part = 0;
  if (i < text.size()) std::memcpy(&part, text.data() + i, text.size() - i);
  hash = (std::rotl(hash, 23) ^ part) * kFactor;
  return hash ^ hash >> 32;
}

}  // namespace

const std::string& byte_spelling(uint8_t byte) { return byte_table().spellings[byte]; }

const std::vector<uint8_t>& byte_order() { return byte_table().order; }

Vocabulary::Vocabulary(std::vector<std::string> spellings, std::vector<Pair> merges,
                       MergeOrder order, const std::string& source)
    : spellings_(std::move(spellings)), merges_(std::move(merges)), order_(order) {
  index_spellings(source);
  find_byte_symbols(source);
  index_merges(source);
  whole_ = std::make_unique<std::atomic<uint8_t>[]>(spellings_.size());
}

void Vocabulary::index_spellings(const std::string& source) {
  slots_.resize(std::bit_ceil(spellings_.size() * 2 + 2));
  for (size_t id = 0; id < spellings_.size(); ++id) {
    const std::string& spelling = spellings_[id];
    if (spelling.empty()) continue;
    longest_spelling_ = std::max(longest_spelling_, spelling.size());
    const uint64_t hash = hash_of(spelling);
    if (find_at(spelling, hash) >= 0)
      fail(ErrorKind::bad_model, "{}: spells ids {} and {} alike; get the file again", source,
           find_at(spelling, hash), id);
    size_t i = hash & (slots_.size() - 1);
    while (slots_[i].id >= 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = {static_cast<uint32_t>(hash >> 32), static_cast<int32_t>(id)};
  }
}

void Vocabulary::find_byte_symbols(const std::string& source) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string& spelling = byte_spelling(static_cast<uint8_t>(byte));
    byte_symbols_[byte] = find(spelling);
    last_byte_symbols_[byte] = find(spelling + std::string(kEndOfWord));
    if (byte_symbols_[byte] < 0 || last_byte_symbols_[byte] < 0)
      fail(ErrorKind::bad_model,
           "{}: has no symbol for the byte 0x{:02X}{}; it is no vocabulary of CLIP's", source, byte,
           byte_symbols_[byte] < 0 ? "" : " at the end of a word");
  }
}

void Vocabulary::index_merges(const std::string& source) {
  std::vector<Merge> ids;
  ids.reserve(merges_.size());
  std::string whole;
  for (size_t rank = 0; rank < merges_.size(); ++rank) {
    const auto& [left, right] = merges_[rank];
    whole.assign(left).append(right);
    const Merge merge{find(left), find(right), find(whole)};
    if (merge.left < 0 || merge.right < 0 || merge.merged < 0)
      fail(ErrorKind::bad_model,
           "{}: merge {} joins two symbols of which one, or the result, is not in the vocabulary; "
           "use the merges that belong to it",
           source, rank + 1);
    ids.push_back(merge);
  }
  table_ = MergeTable(ids);
}

int32_t Vocabulary::find(std::string_view spelling) const {
  return spelling.empty() ? -1 : find_at(spelling, hash_of(spelling));
}

int32_t Vocabulary::find_at(std::string_view spelling, uint64_t hash) const {
  const uint32_t tag = static_cast<uint32_t>(hash >> 32);
  for (size_t i = hash & (slots_.size() - 1); slots_[i].id >= 0; i = (i + 1) & (slots_.size() - 1))
    if (slots_[i].tag == tag && spellings_[static_cast<size_t>(slots_[i].id)] == spelling)
      return slots_[i].id;
  return -1;
}

const std::string& Vocabulary::spelling(int32_t id) const {
  if (!is_used(id))
    fail(ErrorKind::bad_input, "the token id {} is not in the vocabulary of {} ids; use ids of it",
         id, size());
  return spellings_[static_cast<size_t>(id)];
}

void Vocabulary::append_word(std::string_view word, std::vector<int32_t>& ids) const {
  if (word.size() == 1) {
    ids.push_back(last_byte_symbols_[static_cast<uint8_t>(word[0])]);
    return;
  }
  const int32_t whole = whole_word(word);
  if (whole >= 0) {
    std::atomic<uint8_t>& state = whole_[static_cast<size_t>(whole)];
    uint8_t known = state.load(std::memory_order_relaxed);
    if (known == kUnknown) {
      const size_t before = ids.size();
      cut_word(word, ids);
      known = ids.size() == before + 1 && ids.back() == whole ? kWhole : kDivided;
      state.store(known, std::memory_order_relaxed);
      return;
    }
    if (known == kWhole) {
      ids.push_back(whole);
      return;
    }
  }
  cut_word(word, ids);
}

/// The id that spells the whole word, or -1.
int32_t Vocabulary::whole_word(std::string_view word) const {
  char buffer[256];
  constexpr size_t kRoom = sizeof(buffer) - 2 * sizeof(uint64_t);
  if (word.size() + kEndOfWord.size() > std::min(longest_spelling_, kRoom / 2)) return -1;
  size_t length = 0;
  for (const char c : word) {
    const std::string& spelling = byte_spelling(static_cast<uint8_t>(c));
    for (const char part : spelling) buffer[length++] = part;
  }
  std::memcpy(buffer + length, kEndOfWord.data(), kEndOfWord.size());
  return find(std::string_view(buffer, length + kEndOfWord.size()));
}

void Vocabulary::cut_word(std::string_view word, std::vector<int32_t>& ids) const {
  thread_local std::vector<int32_t> symbols;
  symbols.clear();
  for (const char c : word) symbols.push_back(byte_symbols_[static_cast<uint8_t>(c)]);
  symbols.back() = last_byte_symbols_[static_cast<uint8_t>(word.back())];
  apply_merges(table_, order_, symbols);
  ids.insert(ids.end(), symbols.begin(), symbols.end());
  if (symbols.capacity() > (size_t{1} << 20)) std::vector<int32_t>().swap(symbols);
}

std::string Vocabulary::bytes_of(std::string_view spelling) const {
  std::string bytes;
  for (size_t i = 0; i < spelling.size();) {
    const Utf8Step step = utf8_step(spelling, i);
    const bool known =
        step.valid && step.code < byte_table().bytes.size() && byte_table().bytes[step.code] >= 0;
    if (!known) return std::string(spelling);
    bytes.push_back(static_cast<char>(byte_table().bytes[step.code]));
    i += step.length;
  }
  return bytes;
}

}  // namespace tandem
