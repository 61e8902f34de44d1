#include "train/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/fail.h"

namespace tandem {
namespace {

[[noreturn]] void fail_to_write(const std::string& path) {
  fail(ErrorKind::io, "{}: cannot be written ({}); make room or choose another place", path,
       std::strerror(errno));
}

}  // namespace

AppendFile::AppendFile(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (file_ < 0) fail_to_write(path_);
}

AppendFile::~AppendFile() {
  if (file_ >= 0) ::close(file_);
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

void AppendFile::append(std::string_view record) {
  while (!record.empty()) {
    const ssize_t put = ::write(file_, record.data(), record.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail_to_write(path_);
    record.remove_prefix(static_cast<size_t>(put));
  }
}

void AppendFile::sync() {
  if (::fsync(file_) != 0) fail_to_write(path_);
}

void sync_to_disk(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail_to_write(path);
  const bool synced = ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  errno = error;
  if (!synced) fail_to_write(path);
}

}  // namespace tandem
