#include "search/duplicates.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "index/picture_reading.h"
#include "search/background.h"
#include "search/picture_signature.h"
#include "search/scan.h"
#include "zero_shot/ranking.h"

namespace tandem {
namespace {

constexpr size_t kNeighbours = 16;  // of a picture that are looked at
constexpr int64_t kAtOnce = 256;    // pictures whose neighbours are held

struct Candidate {
  PictureRecord record;
  int64_t row = -1;
  std::optional<PictureSignature> signature{};
};

/// Two of the candidates whose embeddings are near.
struct Pair {
  size_t a, b;
};

bool better_shot(const Candidate& a, const Candidate& b) {
  const double pixels_a = double(a.record.width) * a.record.height;
  const double pixels_b = double(b.record.width) * b.record.height;
  if (pixels_a > 1.05 * pixels_b || pixels_b > 1.05 * pixels_a) return pixels_a > pixels_b;
  const float sharp_a = a.signature ? a.signature->sharpness : 0;
  const float sharp_b = b.signature ? b.signature->sharpness : 0;
  if (sharp_a != sharp_b) return sharp_a > sharp_b;
  if (a.record.size != b.record.size) return a.record.size > b.record.size;
  return a.record.path < b.record.path;
}

class Search {
 public:
  Search(const Library& library, const VectorFile& vectors, const DuplicateOptions& options)
      : vectors_(vectors), options_(options) {
    std::map<std::string, std::vector<PictureRecord>> by_hash;
    for (const int64_t id : library.matching({})) {
      check_interrupt();
      PictureRecord record = library.picture(id);
      const std::string key = record.hash.empty() ? "of " + record.path : record.hash;
      by_hash[key].push_back(std::move(record));
    }
    for (auto& [hash, records] : by_hash) add_copies(std::move(records));
  }

  std::vector<DuplicateGroup> run() {
    const auto pairs = near_pairs();
    read_signatures(pairs);
    const auto taken = near_groups(pairs);
    burst_groups(pairs, taken);
    std::stable_sort(groups_.begin(), groups_.end(), [](const auto& a, const auto& b) {
      return a.kind != b.kind ? a.kind < b.kind : a.paths < b.paths;
    });
    return std::move(groups_);
  }

 private:
  // A file that is gone is no copy of those that are there, and never the best of them.
  void drop_gone(std::vector<PictureRecord>& records) const {
    std::erase_if(records, [&](const PictureRecord& record) {
      if (!is_gone(record.path)) return false;
      if (options_.on_bad)
        options_.on_bad(record.path + ": is no longer there; index its folder again");
      return true;
    });
  }

  void add_copies(std::vector<PictureRecord> records) {
    if (records.size() > 1) drop_gone(records);
    if (records.empty()) return;
    std::sort(records.begin(), records.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    if (records.size() > 1) {
      DuplicateGroup group{.kind = DuplicateKind::exact};
      for (const auto& record : records) group.paths.push_back(record.path);
      groups_.push_back(std::move(group));
    }
    const int64_t row = vectors_.row_of(records.front().id);
    if (row >= 0) candidates_.push_back({.record = std::move(records.front()), .row = row});
  }

  std::vector<Pair> near_pairs() {
    const double least = options_.similarity >= 0 ? options_.similarity : near_similarity(vectors_);
    std::vector<size_t> of_row(static_cast<size_t>(vectors_.rows()), candidates_.size());
    std::vector<int64_t> rows;
    for (size_t i = 0; i < candidates_.size(); ++i) {
      of_row[candidates_[i].row] = i;
      rows.push_back(candidates_[i].row);
    }
    std::sort(rows.begin(), rows.end());
    std::vector<Pair> pairs;
    for (int64_t begin = 0; begin < std::ssize(rows); begin += kAtOnce) {
      const int64_t count = std::min(kAtOnce, std::ssize(rows) - begin);
      Embeddings queries{.rows = count, .width = vectors_.width()};
      queries.values.resize(static_cast<size_t>(count * queries.width));
      for (int64_t i = 0; i < count; ++i) vectors_.copy_row(rows[begin + i], queries.row(i).data());
      const auto found = scan(vectors_, queries, kNeighbours + 1, &rows);
      for (int64_t i = 0; i < count; ++i)
        for (const auto& hit : found[i])
          if (hit.score >= least && hit.row != rows[begin + i])
            pairs.push_back({std::min(of_row[rows[begin + i]], of_row[hit.row]),
                             std::max(of_row[rows[begin + i]], of_row[hit.row])});
      if (options_.progress) options_.progress(begin + count, std::ssize(rows));
    }
    std::sort(pairs.begin(), pairs.end(), before);
    pairs.erase(std::unique(pairs.begin(), pairs.end(),
                            [](const Pair& x, const Pair& y) { return x.a == y.a && x.b == y.b; }),
                pairs.end());
    return pairs;
  }

  static bool before(const Pair& x, const Pair& y) { return x.a != y.a ? x.a < y.a : x.b < y.b; }

  void read_signatures(const std::vector<Pair>& pairs) {
    std::vector<size_t> wanted;
    for (const auto& pair : pairs) wanted.insert(wanted.end(), {pair.a, pair.b});
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    std::vector<std::string> faults(wanted.size());
    parallel_for(std::ssize(wanted), [&](int64_t i) {
      if (interrupt_requested()) return;
      Candidate& candidate = candidates_[wanted[i]];
      try {
        candidate.signature = signature_of(candidate.record.path);
      } catch (const Error& error) {
        faults[i] = error.what();
      }
    });
    check_interrupt();
    for (const auto& fault : faults)
      if (!fault.empty() && options_.on_bad) options_.on_bad(fault);
  }

  // Best first: each that is free takes what is like it.
  std::vector<bool> near_groups(const std::vector<Pair>& pairs) {
    std::vector<std::vector<size_t>> like(candidates_.size());
    for (const auto& [a, b] : pairs) {
      const auto &first = candidates_[a].signature, &second = candidates_[b].signature;
      if (!first || !second || !same_picture(*first, *second)) continue;
      like[a].push_back(b);
      like[b].push_back(a);
    }
    std::vector<size_t> order;
    for (size_t i = 0; i < like.size(); ++i)
      if (!like[i].empty()) order.push_back(i);
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return better_shot(candidates_[a], candidates_[b]); });
    std::vector<bool> taken(candidates_.size()), is_copy(candidates_.size());
    for (const size_t best : order) {
      if (taken[best]) continue;
      std::vector<size_t> members = {best};
      taken[best] = true;
      for (const size_t other : like[best])
        if (!taken[other]) {
          taken[other] = is_copy[other] = true;
          members.push_back(other);
        }
      if (members.size() > 1) add_group(DuplicateKind::near, members);
    }
    return is_copy;
  }

  // Neighbours in time whose embeddings are near belong together, one to the next.
  void burst_groups(const std::vector<Pair>& pairs, const std::vector<bool>& is_copy) {
    std::vector<size_t> by_time;
    for (size_t i = 0; i < candidates_.size(); ++i)
      if (candidates_[i].record.taken_at && !is_copy[i]) by_time.push_back(i);
    const auto moment = [&](size_t i) { return *candidates_[i].record.taken_at; };
    std::sort(by_time.begin(), by_time.end(), [&](size_t a, size_t b) {
      return moment(a) != moment(b) ? moment(a) < moment(b)
                                    : candidates_[a].record.path < candidates_[b].record.path;
    });
    std::vector<size_t> members;
    const auto finish = [&] {
      if (members.size() > 1) add_group(DuplicateKind::burst, members);
      members.clear();
    };
    for (const size_t next : by_time) {
      if (!members.empty()) {
        const size_t last = members.back();
        const Pair pair{std::min(last, next), std::max(last, next)};
        if (moment(next) - moment(last) > options_.burst_seconds ||
            !std::binary_search(pairs.begin(), pairs.end(), pair, before))
          finish();
      }
      members.push_back(next);
    }
    finish();
  }

  void add_group(DuplicateKind kind, std::vector<size_t> members) {
    std::sort(members.begin(), members.end(), [&](size_t a, size_t b) {
      return candidates_[a].record.path < candidates_[b].record.path;
    });
    const auto best = std::min_element(members.begin(), members.end(), [&](size_t a, size_t b) {
      return better_shot(candidates_[a], candidates_[b]);
    });
    std::rotate(members.begin(), best, best + 1);
    DuplicateGroup group{.kind = kind};
    for (const size_t i : members) group.paths.push_back(candidates_[i].record.path);
    groups_.push_back(std::move(group));
  }

  const VectorFile& vectors_;
  const DuplicateOptions& options_;
  std::vector<Candidate> candidates_;  // one of each content
  std::vector<DuplicateGroup> groups_;
};

}  // namespace

const char* name_of(DuplicateKind kind) {
  switch (kind) {
    case DuplicateKind::near: return "near";
    case DuplicateKind::burst: return "burst";
    case DuplicateKind::exact: break;
  }
  return "exact";
}

double near_similarity(const VectorFile& vectors) {
  constexpr double kShare = 0.25;
  const Embeddings sample = sample_rows(vectors, 128);
  std::vector<double> cosines;
  for (int64_t a = 0; a < sample.rows; ++a)
    for (int64_t b = 0; b < a; ++b) cosines.push_back(cosine(sample.row(a), sample.row(b)));
  constexpr double kUsual = 0.5;  // of CLIP's pictures, where there are too few to tell
  double middle = kUsual;
  if (cosines.size() >= 100) {
    const auto half = cosines.begin() + std::ssize(cosines) / 2;
    std::nth_element(cosines.begin(), half, cosines.end());
    middle = *half;
  }
  return 1 - kShare * (1 - std::min(middle, 0.99));
}

std::vector<DuplicateGroup> find_duplicates(const Library& library, const VectorFile& vectors,
                                            const DuplicateOptions& options) {
  return Search(library, vectors, options).run();
}

}  // namespace tandem
