#include "data/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/fail.h"

namespace tandem {
namespace {

// A process may usually open 1024 files; the rest is for others.
constexpr int kMaxKept = 400;
std::atomic<int> kept_files{0};

[[noreturn]] void fail_to_read(const std::string& path, const char* why) {
  fail(ErrorKind::io, "{}: cannot be read ({}); check the path and its permissions", path, why);
}

int open_to_read(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail_to_read(path, std::strerror(errno));
  return file;
}

/// An open file, which is closed again unless it is kept.
struct Opened {
  int file;
  bool kept;
  ~Opened() {
    if (!kept) ::close(file);
  }
};

Opened open_or_kept(const std::string& path, std::atomic<int>& kept) {
  if (const int file = kept; file >= 0) return {file, true};
  const int file = open_to_read(path);
  if (kept_files.fetch_add(1) < kMaxKept) {
    int none = -1;
    if (kept.compare_exchange_strong(none, file)) return {file, true};
  }
  --kept_files;
  return {file, false};
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail_to_read(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    fail(ErrorKind::bad_input, "{}: is no plain file; name a file, or \"pipe:cat {}\"", path, path);
  size_ = static_cast<uint64_t>(status.st_size);
  modified_ns_ = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

InputFile::~InputFile() {
  if (kept_ < 0) return;
  ::close(kept_);
  --kept_files;
}

std::string InputFile::name() const { return path_.substr(path_.rfind('/') + 1); }

void InputFile::read_at(uint64_t offset, std::span<std::byte> out) const {
  const Opened opened = open_or_kept(path_, kept_);
  while (!out.empty()) {
    const ssize_t got = ::pread(opened.file, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_to_read(path_, std::strerror(errno));
    if (got == 0)
      fail(ErrorKind::io, "{}: became shorter than the {} bytes it had; do not change data in use",
           path_, size_);
    offset += static_cast<uint64_t>(got);
    out = out.subspan(static_cast<size_t>(got));
  }
}

std::string InputFile::read_at(uint64_t offset, uint64_t size) const {
  std::string bytes(size, '\0');
  read_at(offset, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

}  // namespace tandem
