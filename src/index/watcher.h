// Following folders as they change, by inotify.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "index/indexer.h"

namespace tandem {

/// Watches from its construction on. Where the system drops events (overflow) or runs out of
/// watches, folders are walked again rather than changes missed.
class Watcher {
 public:
  /// Error: io where inotify cannot be had, or has no watches left (and which setting raises them).
  Watcher(std::vector<std::string> roots, std::vector<std::string> excludes);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Hands changes to the indexer until check_interrupt() throws. Changes are gathered until there
  /// were none for half a second, for five seconds at most.
  void run(Indexer& indexer);

 private:
  struct Place {
    std::string folder, root;
  };
  void watch_below(const std::string& root, const std::string& folder);
  void watch(const std::string& root, const std::string& folder);
  bool wait(int milliseconds);
  void read_events();
  void hand_over(Indexer& indexer);

  std::vector<std::string> roots_, excludes_;
  int events_ = -1;
  std::map<int, Place> places_;
  std::map<std::string, std::set<std::string>> changed_;  // by root
  bool lost_events_ = false;
};

}  // namespace tandem
