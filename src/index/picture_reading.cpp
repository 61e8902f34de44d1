#include "index/picture_reading.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/fail.h"
#include "base/interrupt.h"
#include "data/digest.h"
#include "image/raw_preview.h"
#include "index/picture_facts.h"

namespace tandem {
namespace {

constexpr int64_t kMaxBytes = int64_t{1} << 30;
constexpr int kTries = 3;
constexpr std::chrono::milliseconds kPause{100};

struct OpenedFile {
  int descriptor;
  ~OpenedFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

FileState state_of(const struct stat& status) {
  return {status.st_size, int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

/// The next `size` bytes and one more, to notice a file that grew; fewer where it ends.
std::string read_up_to(int descriptor, const std::string& path, int64_t size) {
  std::string bytes(static_cast<size_t>(size) + 1, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    check_interrupt();
    const ssize_t got = ::read(descriptor, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      fail(ErrorKind::io, "{}: cannot be read ({}); check the disk", path, std::strerror(errno));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

/// The bytes of a file that stood still meanwhile; nothing where it did not.
std::optional<std::string> read_once(const std::string& path, FileState& state) {
  // Without waiting for a writer, should the name have become a pipe.
  const OpenedFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat before {
  }, after{};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &before) != 0)
    fail(ErrorKind::io, "{}: cannot be read ({}); check its permissions", path,
         std::strerror(errno));
  if (!S_ISREG(before.st_mode)) fail(ErrorKind::io, "{}: is no file; leave it out", path);
  state = state_of(before);
  if (state.size > kMaxBytes)
    fail(ErrorKind::limit, "{}: is longer than {} bytes; give a smaller file", path, kMaxBytes);
  std::string bytes = read_up_to(file.descriptor, path, state.size);
  const bool still = ::fstat(file.descriptor, &after) == 0 && state_of(after) == state &&
                     static_cast<int64_t>(bytes.size()) == state.size;
  if (!still) return std::nullopt;
  return bytes;
}

std::string read_still(const std::string& path, FileState& state) {
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kPause);
    if (auto bytes = read_once(path, state)) return std::move(*bytes);
  }
  state.modified_ns = kTryAgain;
  fail(ErrorKind::io, "{}: is being written to; it will be read when it is indexed again", path);
}

std::string hash_of_bytes(std::string_view bytes) {
  Digest digest;
  digest.add(std::as_bytes(std::span(bytes)));
  return digest.bytes();
}

void read_into(PictureReading& reading, FileState& state) {
  PictureRecord& record = reading.record;
  std::string file = read_still(record.path, state);
  record.hash = hash_of_bytes(file);
  if (file.empty()) fail(ErrorKind::bad_input, "{}: is empty; get the file again", record.path);
  const auto bytes = std::as_bytes(std::span(file));
  if (has_raw_ending(record.path)) {
    const auto preview = find_raw_preview(bytes);
    if (!preview)
      fail(ErrorKind::unsupported,
           "{}: has no preview that Tandem reads; export the picture as JPEG beside it",
           record.path);
    reading.picture = oriented_jpeg(*preview);
  }
  const bool whole = reading.picture.empty();
  const PictureFacts facts =
      picture_facts(bytes, whole ? bytes : std::as_bytes(std::span(reading.picture)), record.path);
  record.width = facts.width;
  record.height = facts.height;
  record.taken_at = facts.taken_at;
  record.latitude = facts.latitude;
  record.longitude = facts.longitude;
  reading.tags = facts.tags;
  if (whole) reading.picture = std::move(file);
}

}  // namespace

std::optional<FileState> file_state(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return state_of(status);
}

bool is_gone(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

std::string hash_of_file(const std::string& path) {
  FileState state;
  return hash_of_bytes(read_still(path, state));
}

PictureReading read_picture(const std::string& path) {
  PictureReading reading{.record = {.path = path}};
  FileState state;
  try {
    read_into(reading, state);
  } catch (const Error& error) {
    reading.failure = error.what();
    reading.picture.clear();
    // What the system refused may be granted another time; a damaged picture stays as it is.
    if (error.kind() == ErrorKind::io) {
      state.modified_ns = kTryAgain;
      reading.gone = is_gone(path);
    }
  }
  reading.record.size = state.size;
  reading.record.modified_ns = state.modified_ns;
  return reading;
}

}  // namespace tandem
