#include "index/write_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/fail.h"

namespace tandem {
namespace {

/// Whether the locked file is still the one of that name: its last holder may have removed it
/// between our open and our lock.
bool is_still_there(int file, const std::string& path) {
  struct stat ours {
  }, named{};
  return ::fstat(file, &ours) == 0 && ::stat(path.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

}  // namespace

WriteLock::WriteLock(const std::string& file) : path_(file + ".lock") {
  while (true) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0)
      fail(ErrorKind::io,
           "{}: cannot be written ({}); check that its folder exists, may be written and has room",
           file, std::strerror(errno));
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      ::close(file_);
      if (error == EWOULDBLOCK)
        fail(ErrorKind::io,
             "{}: another process is writing to this library; wait until it is done, or give each "
             "a library of its own and join them by: tandem library merge",
             file);
      fail(ErrorKind::io, "{}: cannot be locked ({}); keep the library on a file system with locks",
           file, std::strerror(error));
    }
    if (is_still_there(file_, path_)) return;
    ::close(file_);
  }
}

WriteLock::~WriteLock() {
  ::unlink(path_.c_str());
  ::close(file_);
}

}  // namespace tandem
