// Putting pictures where they belong: every step is in the log before it is made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sort/action_log.h"

namespace tandem {

/// Copies, links or moves pictures into folders below `target`. Nothing is ever overwritten: a name
/// that is taken gets a number ("cat-2.jpg"). A picture's own sidecars (cat.jpg.xmp; cat.xmp where
/// no other file of that name stands beside it) go with it. Between two file systems a move is
/// copied, brought to the disk, read again and compared before the original goes.
class PicturePlacer {
 public:
  /// `kind`: copy, link or move. `target` is made where it is missing.
  PicturePlacer(ActionKind kind, const std::string& target, ActionLog& log);

  /// `folder`: below the target, "animals/dogs". Where the picture is now (for copies: the new
  /// one). Looks for interrupts before each step, so that the log is consistent at each exception.
  /// Errors: io, bad_input; the picture is then where it was.
  std::string place(const std::string& picture, const std::string& folder);

  int64_t placed() const { return placed_; }
  /// Copies and links that were there already, with equal content.
  int64_t found() const { return found_; }

 private:
  void make_folder(const std::string& folder);
  std::string free_name(const std::string& picture, const std::string& folder,
                        const std::vector<std::string>& companions, bool& found) const;
  bool put(const std::string& from, const std::string& to);
  bool carry_out(LoggedAction& action);

  ActionKind kind_;
  std::string target_;
  ActionLog& log_;
  int64_t placed_ = 0, found_ = 0;
};

/// Absolute, without ".", ".." and a slash at the end: what a log names.
std::string absolute_path(const std::string& path);
/// The sidecars that belong to a picture alone.
std::vector<std::string> sidecars_of(const std::string& picture);
/// Whether `path` lies in `folder` or below, by name.
bool is_inside(const std::string& path, const std::string& folder);

}  // namespace tandem
