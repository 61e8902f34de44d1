#include "search/scan.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "kernels/scan_kernels.h"

namespace tandem {
namespace {

// One thread's piece of the work, and what is scored before it is sifted: its rows and scores stay
// in the first-level cache, eight queries' numbers in the second.
constexpr int64_t kPiece = 8192;
constexpr int64_t kBlock = 256;
constexpr int64_t kQueries = 8;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

/// The best so far: a heap whose worst stands first.
class Best {
 public:
  explicit Best(size_t count) : count_(count) {}

  void offer(const Hit& hit) {
    if (hits_.size() < count_) {
      hits_.push_back(hit);
      std::push_heap(hits_.begin(), hits_.end(), better);
    } else if (better(hit, hits_.front())) {
      std::pop_heap(hits_.begin(), hits_.end(), better);
      hits_.back() = hit;
      std::push_heap(hits_.begin(), hits_.end(), better);
    }
  }
  /// A score below it cannot enter; of rows that come later, nor can an equal one.
  float bar() const {
    return hits_.size() < count_ ? -std::numeric_limits<float>::infinity() : hits_.front().score;
  }
  std::vector<Hit>& hits() { return hits_; }

 private:
  size_t count_;
  std::vector<Hit> hits_;
};

/// Up to eight queries in the file's format, padded and aligned as the kernels want them.
class Queries {
 public:
  Queries(const VectorFile& file, const Embeddings& queries, int64_t begin, int64_t count)
      : file_(file), count_(count), stride_(file.stride()) {
    const bool floats = file.format() == VectorFormat::f32;
    const auto bytes = static_cast<size_t>(count * stride_) * (floats ? sizeof(float) : 1);
    memory_.reset(std::aligned_alloc(64, bytes));
    if (!memory_) throw std::bad_alloc();
    std::fill_n(static_cast<char*>(memory_.get()), bytes, char{0});
    for (int64_t q = 0; q < count; ++q) {
      const auto query = queries.row(begin + q);
      if (floats)
        std::copy(query.begin(), query.end(), static_cast<float*>(memory_.get()) + q * stride_);
      else
        scales_.push_back(quantise(query, static_cast<int8_t*>(memory_.get()) + q * stride_));
    }
  }

  int64_t count() const { return count_; }

  /// scores[i * count() + q] of up to kBlock rows.
  template <class RowAt>
  void score(RowAt row_at, int64_t rows, float* scores) const {
    const auto& kernels = cpu::chosen_scan_kernels();
    if (file_.format() == VectorFormat::f32) {
      const float* at[kBlock];
      for (int64_t i = 0; i < rows; ++i) at[i] = file_.floats(row_at(i));
      return kernels.floats({.rows = at,
                             .row_count = rows,
                             .queries = static_cast<const float*>(memory_.get()),
                             .query_count = count_,
                             .width = stride_,
                             .scores = scores});
    }
    const int8_t* at[kBlock];
    int32_t sums[kBlock * kQueries];
    for (int64_t i = 0; i < rows; ++i) at[i] = file_.bytes(row_at(i));
    kernels.bytes({.rows = at,
                   .row_count = rows,
                   .queries = static_cast<const int8_t*>(memory_.get()),
                   .query_count = count_,
                   .width = stride_,
                   .scores = sums});
    for (int64_t i = 0; i < rows; ++i) {
      const float scale = file_.scale(row_at(i));
      for (int64_t q = 0; q < count_; ++q)
        scores[i * count_ + q] = static_cast<float>(sums[i * count_ + q]) * scale * scales_[q];
    }
  }

 private:
  const VectorFile& file_;
  int64_t count_, stride_;
  std::unique_ptr<void, Free> memory_;
  std::vector<float> scales_;
};

using Combine = std::function<float(const float*)>;

/// How scores of a row become what is ranked: as they are, or one number of all of them.
struct Ranking {
  size_t count = 0;
  const Combine* combine = nullptr;

  int64_t columns(const Queries& queries) const { return combine ? 1 : queries.count(); }
};

// A piece's best for each column.
template <class RowAt>
void scan_piece(const Queries& queries, const Ranking& ranking, RowAt row_at, int64_t begin,
                int64_t end, std::vector<Best>& best) {
  float scores[kBlock * kQueries];
  const int64_t columns = ranking.columns(queries);
  for (int64_t at = begin; at < end; at += kBlock) {
    const int64_t rows = std::min(kBlock, end - at);
    queries.score([&](int64_t i) { return row_at(at + i); }, rows, scores);
    if (ranking.combine)
      for (int64_t i = 0; i < rows; ++i)
        scores[i] = (*ranking.combine)(scores + i * queries.count());
    for (int64_t column = 0; column < columns; ++column) {
      float bar = best[column].bar();
      for (int64_t i = 0; i < rows; ++i) {
        const float score = scores[i * columns + column];
        if (!(score > bar)) continue;  // NaN as well
        best[column].offer({row_at(at + i), score});
        bar = best[column].bar();
      }
    }
  }
}

template <class RowAt>
void scan_group(const Queries& queries, const Ranking& ranking, RowAt row_at, int64_t rows,
                std::vector<Hit>* results) {
  const int64_t columns = ranking.columns(queries);
  const int64_t pieces = (rows + kPiece - 1) / kPiece;
  std::vector<std::vector<Best>> found(static_cast<size_t>(pieces));
  parallel_for(pieces, [&](int64_t piece) {
    if (interrupt_requested()) return;
    found[piece].assign(static_cast<size_t>(columns), Best(ranking.count));
    scan_piece(queries, ranking, row_at, piece * kPiece, std::min(rows, (piece + 1) * kPiece),
               found[piece]);
  });
  check_interrupt();
  for (int64_t column = 0; column < columns; ++column) {
    auto& result = results[column];
    for (auto& piece : found) {
      auto& hits = piece[column].hits();
      result.insert(result.end(), hits.begin(), hits.end());
    }
    const size_t kept = std::min(ranking.count, result.size());
    std::partial_sort(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(kept),
                      result.end(), better);
    result.resize(kept);
  }
}

void scan_rows(const Queries& queries, const Ranking& ranking, const VectorFile& file,
               const std::vector<int64_t>* among, std::vector<Hit>* results) {
  if (among == nullptr)
    return scan_group(
        queries, ranking, [](int64_t i) { return i; }, file.rows(), results);
  const int64_t* rows = among->data();
  scan_group(
      queries, ranking, [rows](int64_t i) { return rows[i]; }, std::ssize(*among), results);
}

void require_width(const VectorFile& file, int64_t width) {
  if (file.width() != width)
    fail(ErrorKind::bad_input,
         "a query of {} numbers cannot be compared with {}, whose rows have {}", width, file.path(),
         file.width());
}

}  // namespace

std::vector<std::vector<Hit>> scan(const VectorFile& file, const Embeddings& queries, size_t count,
                                   const std::vector<int64_t>* among) {
  require_width(file, queries.width);
  std::vector<std::vector<Hit>> results(static_cast<size_t>(queries.rows));
  if (count == 0) return results;
  for (int64_t begin = 0; begin < queries.rows; begin += kQueries) {
    const Queries group(file, queries, begin, std::min(kQueries, queries.rows - begin));
    scan_rows(group, {.count = count}, file, among, &results[begin]);
  }
  return results;
}

std::vector<Hit> scan_combined(const VectorFile& file, const Embeddings& queries,
                               const std::function<float(const float*)>& combine, size_t count,
                               const std::vector<int64_t>* among) {
  require_width(file, queries.width);
  if (queries.rows < 1 || queries.rows > kQueries)
    fail(ErrorKind::bad_input, "{} queries cannot be ranked together; give 1 to {}", queries.rows,
         kQueries);
  std::vector<Hit> result;
  if (count == 0) return result;
  const Queries group(file, queries, 0, queries.rows);
  scan_rows(group, {.count = count, .combine = &combine}, file, among, &result);
  return result;
}

std::vector<float> scores_of(const VectorFile& file, std::span<const float> query,
                             std::span<const int64_t> rows) {
  require_width(file, static_cast<int64_t>(query.size()));
  const Embeddings one{.rows = 1,
                       .width = static_cast<int64_t>(query.size()),
                       .values = {query.begin(), query.end()}};
  const Queries queries(file, one, 0, 1);
  std::vector<float> scores(rows.size());
  for (size_t at = 0; at < rows.size(); at += kBlock)
    queries.score([&](int64_t i) { return rows[at + static_cast<size_t>(i)]; },
                  static_cast<int64_t>(std::min<size_t>(kBlock, rows.size() - at)),
                  scores.data() + at);
  return scores;
}

std::vector<int64_t> rows_of(const VectorFile& file, std::span<const int64_t> ids) {
  std::vector<int64_t> rows;
  const auto all = file.ids();
  size_t at = 0;
  for (const int64_t id : ids) {
    at = static_cast<size_t>(
        std::lower_bound(all.begin() + static_cast<std::ptrdiff_t>(at), all.end(), id) -
        all.begin());
    if (at == all.size()) break;
    if (all[at] == id) rows.push_back(static_cast<int64_t>(at));
  }
  return rows;
}

}  // namespace tandem
