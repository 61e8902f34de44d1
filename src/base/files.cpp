#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/fail.h"
#include "base/interrupt.h"

namespace tandem {
namespace {

std::string read_all(int file, const std::string& name, uint64_t max_bytes) {
  std::string bytes;
  char part[1 << 16];
  while (true) {
    check_interrupt();
    const ssize_t got = ::read(file, part, sizeof part);
    if (got == 0) return bytes;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(ErrorKind::io, "{}: {}; check the path", name, std::strerror(errno));
    bytes.append(part, static_cast<size_t>(got));
    if (bytes.size() > max_bytes)
      fail(ErrorKind::limit, "{}: is longer than {} bytes; give a smaller file", name, max_bytes);
  }
}

struct Descriptor {
  int file;
  ~Descriptor() { ::close(file); }
};

}  // namespace

std::string read_file(const std::string& path, uint64_t max_bytes) {
  const Descriptor opened{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (opened.file < 0) fail(ErrorKind::io, "{}: {}; check the path", path, std::strerror(errno));
  struct stat status {};
  if (::fstat(opened.file, &status) == 0 && S_ISDIR(status.st_mode))
    fail(ErrorKind::bad_input, "{}: is a folder where a file is expected; name a file in it", path);
  return read_all(opened.file, path, max_bytes);
}

std::string read_stdin(uint64_t max_bytes) {
  return read_all(STDIN_FILENO, "standard input", max_bytes);
}

AtomicFile::AtomicFile(const std::string& path) : path_(path), temporary_(path + ".tmp.XXXXXX") {
  file_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
  if (file_ < 0)
    fail(ErrorKind::io, "{}: cannot be written ({}); choose a folder that exists and is writable",
         path, std::strerror(errno));
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(file_, 0666 & ~mask);  // mkostemp gives 0600
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    check_interrupt();
    const ssize_t put = ::write(file_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0)
      fail(ErrorKind::io, "{}: cannot be written ({}); make room or choose another place", path_,
           std::strerror(errno));
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::commit() {
  const bool closed = ::close(file_) == 0;
  file_ = -1;
  if (!closed || std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary_.c_str());
    fail(ErrorKind::io, "{}: cannot be written ({}); make room or choose another place", path_,
         std::strerror(error));
  }
}

void write_file(const std::string& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace tandem
