#include "search/vector_store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "base/fail.h"
#include "data/cache_folder.h"
#include "data/digest.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

/// A library that was deleted and made anew under its name is another one, whatever its
/// generation: the file's number and its birth tell them apart.
std::string origin_of(const Library& library, const LibrarySpace& space) {
  struct statx state {};
  ::statx(AT_FDCWD, library.path().c_str(), 0, STATX_INO | STATX_BTIME, &state);
  Digest digest;
  digest.add(uint64_t{state.stx_ino});
  digest.add(static_cast<uint64_t>(state.stx_btime.tv_sec));
  digest.add(uint64_t{state.stx_btime.tv_nsec});
  digest.add(static_cast<uint64_t>(space.id));
  digest.add(std::string_view(space.fingerprint.space));
  return digest.hex();
}

std::vector<std::string> places(const Library& library, const LibrarySpace& space,
                                VectorFormat format) {
  const std::string ending = "vectors-" + digest_of(space.fingerprint.space).substr(0, 12) +
                             (format == VectorFormat::f32 ? ".f32" : ".int8");
  std::vector<std::string> found = {library.path() + "." + ending};
  std::error_code error;
  const std::string whole = fs::absolute(library.path(), error).string();
  if (const std::string cache = make_cache_folder(""); !cache.empty())
    found.push_back((fs::path(cache) / (digest_of(whole) + "." + ending)).string());
  return found;
}

std::optional<VectorFile> open_fresh(const std::string& path, const VectorSource& wanted) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  try {
    VectorFile file = VectorFile::open(path);
    if (file.source() == wanted) return file;
  } catch (const Error&) {  // damaged or unreadable: made again
  }
  return std::nullopt;
}

}  // namespace

VectorFile open_vectors(const Library& library, const LibrarySpace& space, VectorFormat format,
                        const std::function<void(int64_t)>& making) {
  const std::string origin = origin_of(library, space);
  const auto paths = places(library, space, format);
  for (const auto& path : paths)
    if (auto file = open_fresh(path, {.origin = origin, .generation = space.generation}))
      return std::move(*file);
  if (making) making(space.pictures);
  std::optional<Error> refusal;
  for (const auto& path : paths) {
    try {
      write_vector_file(path, format, origin, space.width,
                        [&](const auto& each) { return library.for_each_embedding(space, each); });
      return VectorFile::open(path);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::io) throw;
      if (!refusal) refusal = error;
    }
  }
  throw *refusal;
}

}  // namespace tandem
