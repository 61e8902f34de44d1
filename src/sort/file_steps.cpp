#include "sort/file_steps.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/fail.h"
#include "base/interrupt.h"
#include "data/digest.h"

namespace tandem {
namespace {

constexpr size_t kPart = 1 << 20;

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0)
      : path_(path), file_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (file_ < 0)
      fail(ErrorKind::io, "{}: cannot be opened ({}); check its permissions", path,
           std::strerror(errno));
  }
  ~Descriptor() { ::close(file_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return file_; }

  size_t read(std::vector<char>& part) const {
    while (true) {
      const ssize_t got = ::read(file_, part.data(), part.size());
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) refuse("cannot be read");
      check_interrupt();
    }
  }
  void write(const char* bytes, size_t size) const {
    while (size > 0) {
      const ssize_t put = ::write(file_, bytes, size);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) refuse("cannot be written");
      bytes += put;
      size -= static_cast<size_t>(put);
    }
  }
  void sync() const {
    if (::fsync(file_) != 0) refuse("cannot be written");
  }
  struct stat status() const {
    struct stat result {};
    if (::fstat(file_, &result) != 0) refuse("cannot be read");
    return result;
  }
  [[noreturn]] void refuse(const char* what) const {
    fail(ErrorKind::io, "{}: {} ({}); make room or choose another place", path_, what,
         std::strerror(errno));
  }

 private:
  std::string path_;
  int file_;
};

int64_t modified(const struct stat& status) {
  return int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

std::string digest_of_file(const Descriptor& file) {
  Digest digest;
  std::vector<char> part(kPart);
  while (const size_t got = file.read(part)) {
    check_interrupt();
    digest.add(std::as_bytes(std::span(part.data(), got)));
  }
  return digest.hex();
}

std::string copy_bytes(const Descriptor& from, const Descriptor& to) {
  Digest digest;
  std::vector<char> part(kPart);
  while (const size_t got = from.read(part)) {
    check_interrupt();
    digest.add(std::as_bytes(std::span(part.data(), got)));
    to.write(part.data(), got);
  }
  return digest.hex();
}

void copy_and_check(const Descriptor& source, const std::string& from, const std::string& to,
                    bool verify) {
  const struct stat before = source.status();
  const Descriptor copy(to, O_RDWR | O_CREAT | O_EXCL, 0600);
  const std::string digest = copy_bytes(source, copy);
  const struct stat after = source.status();
  if (before.st_size != after.st_size || modified(before) != modified(after))
    fail(ErrorKind::bad_input, "{}: changed while it was copied; try again", from);
  const struct timespec times[] = {before.st_atim, before.st_mtim};
  ::futimens(copy.get(), times);  // a file system that keeps none has none to lose
  ::fchmod(copy.get(), before.st_mode & 0777);
  copy.sync();
  if (!verify) return;
  ::posix_fadvise(copy.get(), 0, 0, POSIX_FADV_DONTNEED);
  if (::lseek(copy.get(), 0, SEEK_SET) != 0 || digest_of_file(copy) != digest)
    fail(ErrorKind::io, "{}: reads back other than it was written; check the disk", to);
}

// Where the file system has no RENAME_NOREPLACE: a hard link fails where the name is taken; where
// it has no hard links either, the name is taken first.
Renamed rename_in_steps(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0) {
    remove_file(from);
    return Renamed::yes;
  }
  if (errno == EEXIST) return Renamed::taken;
  if (errno == EXDEV) return Renamed::other_file_system;
  const int file = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return Renamed::taken;
  if (file >= 0) ::close(file);
  if (file >= 0 && ::rename(from.c_str(), to.c_str()) == 0) return Renamed::yes;
  const int error = errno;
  if (file >= 0) ::unlink(to.c_str());
  if (error == EXDEV) return Renamed::other_file_system;
  fail(ErrorKind::io, "{}: cannot be moved to {} ({}); check the permissions", from, to,
       std::strerror(error));
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{static_cast<uint64_t>(status.st_size), modified(status),
                   static_cast<uint64_t>(status.st_ino)};
}

bool is_symbolic_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

std::string link_target(const std::string& path) {
  std::error_code error;
  return std::filesystem::read_symlink(path, error).string();
}

Renamed rename_without_replacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
    return Renamed::yes;
  switch (errno) {
    case EEXIST: return Renamed::taken;
    case EXDEV: return Renamed::other_file_system;
    case EINVAL:
    case ENOSYS:
    case EOPNOTSUPP: return rename_in_steps(from, to);
    default:
      fail(ErrorKind::io, "{}: cannot be moved to {} ({}); check the permissions", from, to,
           std::strerror(errno));
  }
}

void copy_durably(const std::string& from, const std::string& to, bool verify) {
  // O_NONBLOCK: a pipe of that name would wait for ever.
  const Descriptor source(from, O_RDONLY | O_NONBLOCK);
  if (!S_ISREG(source.status().st_mode))
    fail(ErrorKind::bad_input, "{}: is no plain file; name files and folders", from);
  if (stamp_of(to)) fail(ErrorKind::io, "{}: is there already; remove it", to);
  try {
    copy_and_check(source, from, to, verify);
  } catch (...) {
    ::unlink(to.c_str());
    throw;
  }
}

bool same_content(const std::string& a, const std::string& b) {
  const Descriptor first(a, O_RDONLY | O_NONBLOCK), second(b, O_RDONLY | O_NONBLOCK);
  const struct stat one = first.status(), two = second.status();
  if (!S_ISREG(one.st_mode) || !S_ISREG(two.st_mode) || one.st_size != two.st_size) return false;
  return digest_of_file(first) == digest_of_file(second);
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    fail(ErrorKind::io, "{}: cannot be removed ({}); check the permissions of its folder", path,
         std::strerror(errno));
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

void sync_folder_of(const std::string& path) {
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;  // a folder that cannot be read can still be written
  ::fsync(folder);         // some file systems refuse it; there is nothing else to do
  ::close(folder);
}

}  // namespace tandem
