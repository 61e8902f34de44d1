// The library: what Tandem knows about a collection of pictures, in one SQLite file that a person
// can copy (docs/library_format.md). It is the single truth; whatever is fast (search/) is derived
// from it and can be made again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "index/picture_set.h"
#include "tandem/model.h"

namespace tandem {

/// A picture file as it was when it was read.
struct PictureRecord {
  int64_t id = 0;                   ///< never given twice in a library
  std::string path;                 ///< absolute, the file system's bytes (UTF-8 or not)
  int64_t size = 0;                 ///< bytes
  int64_t modified_ns = 0;          ///< since 1970
  std::string hash;                 ///< of the content, 16 bytes (XXH3, 128 bits)
  int width = 0, height = 0;        ///< pixels, turned as its orientation asks
  std::optional<int64_t> taken_at;  ///< seconds since 1970 on the camera's clock (EXIF has no zone)
  std::optional<double> latitude, longitude;  ///< degrees, north and east positive
};

/// Embeddings of one model. Of several, one is current: queries go there until another is complete.
struct LibrarySpace {
  int64_t id = 0;
  Fingerprint fingerprint;
  std::string model;  ///< as it was named when indexing
  int width = 0;
  double logit_scale = 0;
  std::optional<double> logit_bias;
  int64_t pictures = 0;   ///< that have an embedding here
  bool complete = false;  ///< every picture that could be read has one
  /// Grows with every committed change of this space's embeddings: what is derived from an older
  /// one is stale.
  int64_t generation = 0;
};

/// What a picture must be like; empty fields ask for nothing. Applied exactly, in SQL.
struct PictureFilter {
  std::vector<std::string> path_globs;  ///< any of them; * crosses folders, as GLOB of SQLite
  std::optional<int64_t> taken_from, taken_before;  ///< PictureRecord::taken_at, else modified
  std::vector<std::string> tags;                    ///< all of them
  std::optional<int64_t> min_bytes, max_bytes;
  std::optional<int> min_side;  ///< of the shorter side
  enum class Orientation { any, landscape, portrait, square } orientation = Orientation::any;
  struct Near {
    double latitude, longitude, kilometres;
  };
  std::optional<Near> near;  ///< great-circle distance
  bool empty() const;
};

/// One process writes at a time, any number reads beside it (SQLite's WAL). Errors: bad_input for a
/// file that is no library or of a newer format, io with the way out for locks, rights, full disks.
class Library {
 public:
  static Library open(const std::string& path);              ///< to read; the file must exist
  static Library open_for_writing(const std::string& path);  ///< makes it where it is missing
  /// $TANDEM_LIBRARY, else tandem/library.db in the user's data folder.
  static std::string default_path();
  ~Library();
  Library(Library&&) noexcept;
  Library& operator=(Library&&) noexcept;

  const std::string& path() const;
  int64_t picture_count() const;

  std::vector<LibrarySpace> spaces() const;
  /// The space that the model's queries can be compared with. Error: bad_model where there is none:
  /// which models the library was indexed with, and how to index with this one.
  LibrarySpace space_of(const Model& model) const;

  /// Error: bad_input where there is none.
  PictureRecord picture(int64_t id) const;
  std::optional<PictureRecord> picture_at(const std::string& path) const;
  std::vector<std::string> tags_of(int64_t id) const;
  /// Ids in ascending order.
  std::vector<int64_t> matching(const PictureFilter& filter) const;

  /// Every embedding of a space by ascending picture id, as floats of length 1. One read
  /// transaction: the rows belong to one generation, which is returned.
  using EachEmbedding = std::function<void(int64_t picture, std::span<const float> embedding)>;
  int64_t for_each_embedding(const LibrarySpace& space, const EachEmbedding& each) const;
  /// All of them that the model can be compared with, with their paths.
  PictureSet picture_set(const Model& model) const;

  /// Small things that belong to a space (the background of its scores), by name. They can be set
  /// in a library that was opened to read too. Error: io where the file may not be written.
  std::optional<std::string> note(const LibrarySpace& space, const std::string& name) const;
  void set_note(const LibrarySpace& space, const std::string& name, const std::string& bytes);

  class Connection;  ///< for the files of this room
  Connection& connection() const { return *connection_; }

 private:
  explicit Library(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace tandem
