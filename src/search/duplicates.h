// Copies in a library: of files, of photographs, and of moments. Nothing is deleted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "index/library.h"
#include "search/vector_file.h"

namespace tandem {

enum class DuplicateKind {
  exact,  ///< the same bytes
  near,   ///< the same photograph at another size or coding: same_picture() of the best
  burst,  ///< other photographs of the same, taken within seconds of each other
};

const char* name_of(DuplicateKind kind);

struct DuplicateGroup {
  DuplicateKind kind = DuplicateKind::exact;
  std::vector<std::string> paths;  ///< the best first, the others by path
};

struct DuplicateOptions {
  /// Pairs below it are not looked at. Negative: from the library, docs/duplicates.md.
  double similarity = -1;
  int burst_seconds = 3;
  std::function<void(int64_t done, int64_t total)> progress{};
  /// Names a picture that cannot be read now: it is in no near group.
  std::function<void(const std::string& sentence)> on_bad{};
};

/// Groups by kind, then by the best's path. The best: most pixels, of those within a twentieth the
/// sharpest, then the largest file, then the first by path. Of exact copies only the best is looked
/// at further. A near group's members are all like its best, so that likeness does not wander.
/// Errors: as Library and scan.
std::vector<DuplicateGroup> find_duplicates(const Library& library, const VectorFile& vectors,
                                            const DuplicateOptions& options = {});

/// The cosine from which on pairs are looked at: a quarter of the way from two different
/// pictures' middle cosine in this library to 1 may be missing.
double near_similarity(const VectorFile& vectors);

}  // namespace tandem
