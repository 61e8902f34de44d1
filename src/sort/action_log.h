// What a run did to files, line by line, written before it is done: `sort undo` reads it.
//
// JSON Lines. The first says what the log is; an intention {"n", "do", "from", "to", ...} reaches
// the disk before its action begins, {"done": n, ...} follows it, {"failed": n} says that nothing
// came of it, {"undone": n} that it was taken back. The format is in docs/sorting.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "sort/file_steps.h"

namespace tandem {

enum class ActionKind { copy, link, move, folder, sidecar };

/// One action as the log has it. Paths are absolute.
struct LoggedAction {
  int64_t n = 0;
  ActionKind kind = ActionKind::copy;
  std::string from;                   ///< copy, link, move
  std::string to;                     ///< what appears: a file, a link, a folder
  std::string part;                   ///< copy, move: the name that bytes are first written under
  FileStamp source;                   ///< copy, move: of `from`
  std::optional<std::string> before;  ///< sidecar: its bytes; nothing where there was none
  std::string digest;                 ///< sidecar: of the new bytes

  enum class State { intended, done, failed, undone } state = State::intended;
  FileStamp result;  ///< done copies and moves: of `to`
};

/// Writes, one process at a time; the file is locked while it lives.
class ActionLog {
 public:
  /// A new file; its folder must exist. Errors: io, also where the name is taken.
  static ActionLog create(const std::string& path);
  /// An existing one, to add lines to. Errors: io, also while a run still writes it.
  static ActionLog append_to(const std::string& path);
  ~ActionLog();
  ActionLog(ActionLog&& other) noexcept;
  ActionLog& operator=(ActionLog&&) = delete;

  const std::string& path() const { return path_; }
  /// Gives the action its number and brings it to the disk.
  void intend(LoggedAction& action);
  void done(const LoggedAction& action, bool durable = false);
  void failed(const LoggedAction& action);
  void undone(const LoggedAction& action);

 private:
  ActionLog(std::string path, int flags);
  void write(const OrderedJson& line, bool durable);

  std::string path_;
  int file_ = -1;
  int64_t next_ = 1;
};

/// All actions of a log in their order. A last line that a crash cut short is left out: what it
/// intended was not begun. Errors: bad_input with the line for anything else that is no log.
std::vector<LoggedAction> read_action_log(const std::string& path);
std::vector<LoggedAction> parse_action_log(std::string_view text, const std::string& path);

}  // namespace tandem
