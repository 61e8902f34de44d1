#include "sort/action_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/files.h"
#include "base/hex.h"
#include "text/utf8.h"

namespace tandem {
namespace {

constexpr int kVersion = 1;
constexpr const char* kKinds[] = {"copy", "link", "move", "folder", "sidecar"};

std::string from_hex(const std::string& hex) {
  const auto digit = [&](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    fail(ErrorKind::bad_input, "\"{}\" is no hexadecimal text", hex.substr(0, 40));
  };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

// Bytes that are no UTF-8 have no place in JSON.
OrderedJson written(const std::string& bytes) {
  if (invalid_utf8_offset(bytes) == std::string::npos) return bytes;
  return {{"hex", to_hex(bytes)}};
}

std::string read_bytes(const Json& value) {
  return value.is_object() ? from_hex(value.at("hex")) : value.get<std::string>();
}

OrderedJson written(const FileStamp& stamp) {
  return {{"size", stamp.size}, {"modified_ns", stamp.modified_ns}, {"inode", stamp.inode}};
}

FileStamp read_stamp(const Json& value) {
  return {to_uint64(value.at("size")), to_int64(value.at("modified_ns")),
          to_uint64(value.at("inode"))};
}

OrderedJson written(const LoggedAction& action) {
  OrderedJson line{{"n", action.n}, {"do", kKinds[static_cast<size_t>(action.kind)]}};
  if (!action.from.empty()) line["from"] = written(action.from);
  line["to"] = written(action.to);
  if (!action.part.empty()) line["part"] = written(action.part);
  if (action.kind == ActionKind::copy || action.kind == ActionKind::move)
    line["source"] = written(action.source);
  if (action.kind == ActionKind::sidecar) {
    line["before"] = action.before ? OrderedJson{{"hex", to_hex(*action.before)}} : OrderedJson();
    line["digest"] = action.digest;
  }
  return line;
}

LoggedAction read_intention(const Json& line) {
  LoggedAction action;
  action.n = to_int64(line.at("n"));
  const auto kind =
      std::find(std::begin(kKinds), std::end(kKinds), line.at("do").get<std::string>());
  if (kind == std::end(kKinds)) fail(ErrorKind::bad_input, "it does what this version cannot undo");
  action.kind = static_cast<ActionKind>(kind - std::begin(kKinds));
  action.to = read_bytes(line.at("to"));
  if (line.contains("from")) action.from = read_bytes(line.at("from"));
  if (line.contains("part")) action.part = read_bytes(line.at("part"));
  if (line.contains("source")) action.source = read_stamp(line.at("source"));
  if (line.contains("before") && !line.at("before").is_null())
    action.before = read_bytes(line.at("before"));
  if (line.contains("digest")) action.digest = line.at("digest");
  for (const std::string* path : {&action.from, &action.to, &action.part})
    if ((!path->empty() && path->front() != '/') || path->find('\0') != std::string::npos)
      fail(ErrorKind::bad_input, "it names a path that is not absolute");
  return action;
}

void read_line(const Json& line, std::vector<LoggedAction>& actions) {
  if (line.contains("n")) {
    actions.push_back(read_intention(line));
    if (actions.back().n != static_cast<int64_t>(actions.size()))
      fail(ErrorKind::bad_input, "its number is not the next one");
    return;
  }
  using State = LoggedAction::State;
  for (const auto& [key, state] :
       {std::pair{"done", State::done}, std::pair{"failed", State::failed},
        std::pair{"undone", State::undone}}) {
    if (!line.contains(key)) continue;
    const int64_t n = to_int64(line.at(key));
    if (n < 1 || n > static_cast<int64_t>(actions.size()))
      fail(ErrorKind::bad_input, "it speaks of an action that is not in the log");
    LoggedAction& action = actions[static_cast<size_t>(n - 1)];
    action.state = state;
    if (line.contains("result")) action.result = read_stamp(line.at("result"));
    return;
  }
  fail(ErrorKind::bad_input, "it is no line of such a log");
}

}  // namespace

ActionLog::ActionLog(std::string path, int flags) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0644);
  if (file_ < 0)
    fail(ErrorKind::io, "{}: cannot be written ({}); choose another place with --log", path_,
         std::strerror(errno));
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    ::close(file_);
    fail(ErrorKind::io, "{}: is still written by a run; wait for it or end it", path_);
  }
}

ActionLog ActionLog::create(const std::string& path) {
  ActionLog log(path, O_CREAT | O_EXCL);
  log.write({{"tandem_sort_log", kVersion}}, true);
  sync_folder_of(path);
  return log;
}

ActionLog ActionLog::append_to(const std::string& path) {
  ActionLog log(path, 0);
  // A line that a crash cut short would swallow the next one.
  const std::string text = read_file(path);
  const size_t whole = text.rfind('\n') + 1;  // 0 where there is none
  if (whole < text.size() && ::ftruncate(log.file_, static_cast<off_t>(whole)) != 0)
    fail(ErrorKind::io, "{}: cannot be written ({}); check its permissions", path,
         std::strerror(errno));
  return log;
}

ActionLog::ActionLog(ActionLog&& other) noexcept
    : path_(std::move(other.path_)), file_(other.file_), next_(other.next_) {
  other.file_ = -1;
}

ActionLog::~ActionLog() {
  if (file_ >= 0) ::close(file_);
}

void ActionLog::write(const OrderedJson& line, bool durable) {
  const std::string text = to_line(line) + "\n";
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t put = ::write(file_, rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) break;
    rest.remove_prefix(static_cast<size_t>(put));
  }
  if (!rest.empty() || (durable && ::fsync(file_) != 0))
    fail(ErrorKind::io, "{}: cannot be written ({}); nothing more was done; make room", path_,
         std::strerror(errno));
}

void ActionLog::intend(LoggedAction& action) {
  action.n = next_++;
  write(written(action), true);
}

void ActionLog::done(const LoggedAction& action, bool durable) {
  OrderedJson line{{"done", action.n}};
  if (action.kind == ActionKind::copy || action.kind == ActionKind::move)
    line["result"] = written(action.result);
  write(line, durable);
}

void ActionLog::failed(const LoggedAction& action) { write({{"failed", action.n}}, false); }

void ActionLog::undone(const LoggedAction& action) { write({{"undone", action.n}}, true); }

std::vector<LoggedAction> parse_action_log(std::string_view text, const std::string& path) {
  std::vector<LoggedAction> actions;
  size_t number = 0;
  while (true) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // the rest was cut short
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    ++number;
    try {
      const Json json = parse_json(line, path);
      if (number == 1) {
        if (json.at("tandem_sort_log") != kVersion)
          fail(ErrorKind::bad_input, "it is of another version of Tandem");
      } else {
        read_line(json, actions);
      }
    } catch (const std::exception& error) {
      const auto* ours = dynamic_cast<const Error*>(&error);
      fail(ErrorKind::bad_input, "{}: line {}: is damaged or no log of `tandem sort run` ({})",
           path, number, ours ? ours->what() : "a value is missing or of another kind");
    }
  }
  if (number == 0)
    fail(ErrorKind::bad_input, "{}: is no log of `tandem sort run`; name the file that it wrote",
         path);
  return actions;
}

std::vector<LoggedAction> read_action_log(const std::string& path) {
  return parse_action_log(read_file(path), path);
}

}  // namespace tandem
