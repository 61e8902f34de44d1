// Taking back what a log says.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tandem {

struct UndoFigures {
  int64_t undone = 0;   ///< files, links, sidecars and folders
  int64_t refused = 0;  ///< changed since, or their old place is taken
  int64_t nothing = 0;  ///< never done, undone before, or gone already
};

/// Takes the actions of a log back, the last one first: moved pictures return, copies, links and
/// empty folders go, sidecars get their old bytes. What was changed since is left alone and named.
/// It may be interrupted and run again; it works for runs that were killed. Errors: io, bad_input
/// for what is no log.
UndoFigures undo_actions(const std::string& log,
                         const std::function<void(const std::string& sentence)>& refused);

}  // namespace tandem
