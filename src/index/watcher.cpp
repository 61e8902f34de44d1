#include "index/watcher.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/fail.h"
#include "base/interrupt.h"
#include "index/walk.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kLongest{5};
constexpr int kQuietMilliseconds = 500;

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE |
                             IN_ATTRIB | IN_EXCL_UNLINK;

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Whether a new name is whole at once: a symbolic link, or another name of an old file.
bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && (S_ISLNK(status.st_mode) || status.st_nlink > 1);
}

}  // namespace

Watcher::Watcher(std::vector<std::string> roots, std::vector<std::string> excludes)
    : roots_(std::move(roots)), excludes_(std::move(excludes)) {
  events_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (events_ < 0)
    fail(ErrorKind::io, "changes cannot be watched ({}); raise fs.inotify.max_user_instances",
         std::strerror(errno));
  try {
    for (const std::string& root : roots_) {
      if (!is_folder(root))
        fail(ErrorKind::bad_input, "{}: is no folder, and only folders can be watched", root);
      watch_below(root, root);
    }
  } catch (...) {
    ::close(events_);
    throw;
  }
}

Watcher::~Watcher() { ::close(events_); }

void Watcher::watch_below(const std::string& root, const std::string& folder) {
  FolderWalk walk(
      excludes_, [](const std::string&) {}, [](const std::string&) {});
  if (walk.leaves_out(root, folder)) return;
  walk.each_folder = [&](const std::string& each) { watch(root, each); };
  walk.walk(root, folder);
}

void Watcher::watch(const std::string& root, const std::string& folder) {
  const int id = ::inotify_add_watch(events_, folder.c_str(), kEvents | IN_ONLYDIR);
  if (id >= 0) {
    places_[id] = {folder, root};
  } else if (errno == ENOSPC) {
    fail(ErrorKind::io,
         "{}: cannot be watched, the system has no watches left; raise "
         "fs.inotify.max_user_watches, or run tandem index from time to time without --watch",
         folder);
  }
}

void Watcher::run(Indexer& indexer) {
  while (true) {
    if (!wait(-1)) continue;
    const auto first = Clock::now();
    read_events();
    while (Clock::now() - first < kLongest && wait(kQuietMilliseconds)) read_events();
    hand_over(indexer);
    if (places_.empty())
      fail(ErrorKind::io, "{}: is no longer there, and nothing is left to watch; run it again",
           roots_.front());
  }
}

/// Whether there are events; ends at once where an interrupt is asked for.
bool Watcher::wait(int milliseconds) {
  check_interrupt();
  // A signal between the look and the wait would be lost: so the wait is never long.
  constexpr int kLook = 200;
  const auto until = Clock::now() + std::chrono::milliseconds(milliseconds);
  while (milliseconds < 0 || Clock::now() < until) {
    pollfd poll{.fd = events_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&poll, 1, milliseconds < 0 ? kLook : std::min(kLook, milliseconds));
    check_interrupt();
    if (ready > 0) return true;
  }
  return false;
}

void Watcher::read_events() {
  alignas(inotify_event) char buffer[1 << 16];
  while (true) {
    const ssize_t got = ::read(events_, buffer, sizeof buffer);
    if (got <= 0) return;
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof *event + event->len);
      if (event->mask & IN_Q_OVERFLOW) lost_events_ = true;
      const auto place = places_.find(event->wd);
      if (place == places_.end()) continue;
      if (event->mask & IN_IGNORED) {  // the folder went, or its disk
        places_.erase(place);
        continue;
      }
      if (event->len == 0) continue;
      const auto& [folder, root] = place->second;
      const std::string path = begin_of_folder(folder) + event->name;
      // A file that was only created is written to; what ends that brings another event.
      const bool is_begun =
          (event->mask & IN_CREATE) && !(event->mask & IN_ISDIR) && !is_link(path);
      if (!is_begun) changed_[root].insert(path);
      // What came into a new folder before it was watched is found by walking it.
      if ((event->mask & (IN_CREATE | IN_MOVED_TO)) && is_folder(path)) watch_below(root, path);
    }
  }
}

void Watcher::hand_over(Indexer& indexer) {
  if (lost_events_) {
    lost_events_ = false;
    changed_.clear();
    for (const std::string& root : roots_) watch_below(root, root);
    return indexer.update(roots_);
  }
  for (const auto& [root, paths] : std::exchange(changed_, {}))
    if (is_folder(root))  // else its disk may be gone: what was below it stays in the library
      indexer.update_paths(root, {paths.begin(), paths.end()});
}

}  // namespace tandem
