// The care of a library's file: what is in it, whether it is sound, joining and removing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "index/library.h"

namespace tandem {

struct SpaceStats {
  LibrarySpace space;
  int64_t bytes = 0;  ///< of the embeddings
  int64_t int8 = 0;   ///< embeddings kept as int8; the others are f16
};

struct LibraryFailure {
  std::string path, sentence;
  int64_t recorded_at = 0;  ///< seconds since 1970
};

struct LibraryStats {
  int64_t bytes = 0;  ///< of the library's file, with what is not yet written back into it
  int64_t pictures = 0, picture_bytes = 0, with_time = 0, with_place = 0, tags = 0;
  std::vector<SpaceStats> spaces;
  std::vector<LibraryFailure> failures;
};
LibraryStats library_stats(const Library& library);

struct LibraryFinding {
  std::string kind;  ///< "database", "orphan", "count", "embedding", "missing", "content"
  std::string path;  ///< of the picture, where it is one's
  std::string sentence;
  bool mended = false;
};
struct LibraryCheck {
  int64_t pictures = 0, embeddings = 0, hashed = 0;
  int64_t out_of_date = 0;  ///< files that changed since they were indexed, which is no fault
  std::vector<LibraryFinding> findings;
};
/// Looks at everything: SQLite's own check, rows that belong to nothing, embeddings of a wrong
/// length or with NaN, files that are gone, and content against its hash: of 100 pictures spread
/// evenly, or of all (`deep`). Mends what can be mended without guessing. `progress`: pictures
/// done.
LibraryCheck check_library(Library& library, bool deep,
                           const std::function<void(int64_t done, int64_t total)>& progress);

struct MergeSummary {
  int64_t added = 0;       ///< pictures that were not there
  int64_t replaced = 0;    ///< whose record there was newer and of other content
  int64_t kept = 0;        ///< whose own record stayed
  int64_t embeddings = 0;  ///< that came along
};
/// Takes what another library knows: spaces are the same by fingerprint, of two records of a path
/// the newer wins, embeddings of the same content come together. Errors: bad_input where `other` is
/// the same file; as Library::open.
MergeSummary merge_library(Library& library, const std::string& other);

/// Removes a space with its embeddings. Error: bad_input where there is none of this id. The number
/// of embeddings.
int64_t forget_space(Library& library, int64_t id);
/// Removes pictures, and failures, whose paths fit a glob (* crosses folders). The number of
/// pictures.
int64_t forget_paths(Library& library, const std::string& glob);

}  // namespace tandem
