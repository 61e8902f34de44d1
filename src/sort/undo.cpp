#include "sort/undo.h"

#include <unistd.h>

#include <filesystem>

#include "base/fail.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "data/digest.h"
#include "sort/action_log.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using State = LoggedAction::State;

enum class Outcome { undone, nothing };

[[noreturn]] void refuse_changed(const std::string& path) {
  fail(ErrorKind::bad_input, "{}: has changed since; it stays as it is, look at it yourself", path);
}

void remove_part(const LoggedAction& action) {
  if (!action.part.empty()) remove_file(action.part);
}

// Whether `to` is what the action left there.
bool is_as_left(const LoggedAction& action) {
  const auto now = stamp_of(action.to);
  // A run that was killed between a rename and its line: the file is the source itself.
  return now && *now == (action.state == State::done ? action.result : action.source);
}

void move_back(const LoggedAction& action) {
  std::error_code error;
  fs::create_directories(folder_of(action.from), error);
  const Renamed renamed = rename_without_replacing(action.to, action.from);
  if (renamed == Renamed::taken)
    fail(ErrorKind::bad_input, "{}: its old place is taken; move {} by hand", action.from,
         action.to);
  if (renamed == Renamed::other_file_system) {
    const std::string part = folder_of(action.from) + "/.tandem-undo.part";
    remove_file(part);  // of an earlier undo that was killed
    copy_durably(action.to, part, true);
    if (rename_without_replacing(part, action.from) != Renamed::yes) {
      remove_file(part);
      fail(ErrorKind::bad_input, "{}: its old place is taken; move {} by hand", action.from,
           action.to);
    }
    sync_folder_of(action.from);
    remove_file(action.to);
  }
  sync_folder_of(action.from);
  sync_folder_of(action.to);
}

Outcome undo_move(const LoggedAction& action) {
  const bool is_there = stamp_of(action.to).has_value();
  if (action.state == State::intended) remove_part(action);
  if (!is_there && action.state == State::intended) return Outcome::nothing;
  if (!is_there)
    fail(ErrorKind::io, "{}: is no longer there; it cannot go back to {}", action.to, action.from);
  if (stamp_of(action.from)) {
    // Killed between two file systems before the original went, or while it was taken back.
    if (!same_content(action.from, action.to))
      fail(ErrorKind::bad_input, "{}: its old place is taken; move {} by hand", action.from,
           action.to);
    remove_file(action.to);
    return Outcome::undone;
  }
  if (!is_as_left(action)) refuse_changed(action.to);
  move_back(action);
  return Outcome::undone;
}

Outcome undo_copy(const LoggedAction& action) {
  if (action.state == State::intended) remove_part(action);
  if (!stamp_of(action.to)) return Outcome::nothing;
  const bool ours = action.state == State::done
                        ? is_as_left(action)
                        : stamp_of(action.from) && same_content(action.from, action.to);
  if (!ours) refuse_changed(action.to);
  remove_file(action.to);
  return Outcome::undone;
}

Outcome undo_link(const LoggedAction& action) {
  if (!stamp_of(action.to)) return Outcome::nothing;
  if (link_target(action.to) != action.from) refuse_changed(action.to);
  remove_file(action.to);
  return Outcome::undone;
}

Outcome undo_folder(const LoggedAction& action) {
  // A folder with something else in it has become somebody's.
  return ::rmdir(action.to.c_str()) == 0 ? Outcome::undone : Outcome::nothing;
}

Outcome undo_sidecar(const LoggedAction& action) {
  if (!stamp_of(action.to)) return Outcome::nothing;
  const std::string now = read_file(action.to);
  if (action.before && now == *action.before) return Outcome::nothing;
  if (digest_of(now) != action.digest) refuse_changed(action.to);
  if (action.before)
    write_file(action.to, *action.before);
  else
    remove_file(action.to);
  return Outcome::undone;
}

Outcome undo_one(const LoggedAction& action) {
  switch (action.kind) {
    case ActionKind::copy: return undo_copy(action);
    case ActionKind::link: return undo_link(action);
    case ActionKind::move: return undo_move(action);
    case ActionKind::folder: return undo_folder(action);
    case ActionKind::sidecar: return undo_sidecar(action);
  }
  return Outcome::nothing;
}

}  // namespace

UndoFigures undo_actions(const std::string& path,
                         const std::function<void(const std::string& sentence)>& refused) {
  // Read first: adding to a file that is no log would be a change of its own.
  read_action_log(path);
  ActionLog log = ActionLog::append_to(path);
  const auto actions = read_action_log(path);
  UndoFigures figures;
  for (auto action = actions.rbegin(); action != actions.rend(); ++action) {
    check_interrupt();
    if (action->state == State::undone || action->state == State::failed) {
      ++figures.nothing;
      continue;
    }
    try {
      ++(undo_one(*action) == Outcome::undone ? figures.undone : figures.nothing);
      log.undone(*action);
    } catch (const Error& error) {
      ++figures.refused;
      refused(error.what());
    }
  }
  return figures;
}

}  // namespace tandem
