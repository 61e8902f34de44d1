#include "sort/apply.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/fail.h"
#include "base/interrupt.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr int kMostNumbers = 100'000;

bool is_xmp(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".xmp" || ending == ".XMP";
}

// "cat.jpg" and number 2: "cat-2.jpg".
std::string numbered(const std::string& name, int number) {
  if (number == 1) return name;
  const fs::path path(name);
  return path.stem().string() + "-" + std::to_string(number) + path.extension().string();
}

// What a picture's sidecar is called beside the picture's new name.
std::string companion_name(const std::string& companion, const std::string& picture,
                           const std::string& new_name) {
  const std::string name = fs::path(companion).filename().string();
  const std::string old_name = fs::path(picture).filename().string();
  const bool full = name.starts_with(old_name + ".");
  return (full ? new_name : fs::path(new_name).stem().string()) +
         fs::path(name).extension().string();
}

}  // namespace

std::string absolute_path(const std::string& path) {
  std::string normal = fs::absolute(path).lexically_normal().string();
  while (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

bool is_inside(const std::string& path, const std::string& folder) {
  const std::string inner = absolute_path(path);
  std::string outer = absolute_path(folder);
  if (!outer.ends_with('/')) outer += '/';
  return inner.starts_with(outer);
}

std::vector<std::string> sidecars_of(const std::string& picture) {
  std::vector<std::string> found;
  for (const char* ending : {".xmp", ".XMP"})
    if (stamp_of(picture + ending)) found.push_back(picture + ending);
  const fs::path path(picture);
  const fs::path stem = path.parent_path() / path.stem();
  const std::string shared = stem.string() + ".xmp";
  if (!stamp_of(shared) || shared == picture) return found;
  std::error_code error;
  for (fs::directory_iterator at(folder_of(picture), error);
       !error && at != fs::directory_iterator(); at.increment(error)) {
    const fs::path& other = at->path();
    const bool rival =
        other.stem() == path.stem() && other.filename() != path.filename() && !is_xmp(other);
    if (rival) return found;  // cat.raw beside cat.jpg: whose cat.xmp is cannot be known
  }
  found.push_back(shared);
  return found;
}

PicturePlacer::PicturePlacer(ActionKind kind, const std::string& target, ActionLog& log)
    : kind_(kind), target_(absolute_path(target)), log_(log) {}

void PicturePlacer::make_folder(const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  if (const std::string above = folder_of(folder); above != folder) make_folder(above);
  LoggedAction action{.kind = ActionKind::folder, .to = folder};
  log_.intend(action);
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) {
    const int reason = errno;
    log_.failed(action);
    fail(ErrorKind::io, "{}: cannot be made ({}); choose another --to", folder,
         std::strerror(reason));
  }
  log_.done(action);
  sync_folder_of(folder);
}

std::string PicturePlacer::free_name(const std::string& picture, const std::string& folder,
                                     const std::vector<std::string>& companions,
                                     bool& found) const {
  const std::string name = fs::path(picture).filename().string();
  for (int number = 1; number <= kMostNumbers; ++number) {
    const std::string candidate = numbered(name, number);
    const std::string to = folder + "/" + candidate;
    if (stamp_of(to)) {
      found = kind_ == ActionKind::link
                  ? link_target(to) == picture
                  : kind_ == ActionKind::copy && !is_symbolic_link(to) && same_content(picture, to);
      if (found) return to;
      continue;
    }
    const bool companions_fit =
        std::none_of(companions.begin(), companions.end(), [&](const std::string& companion) {
          return stamp_of(folder + "/" + companion_name(companion, picture, candidate)).has_value();
        });
    if (companions_fit) return to;
  }
  fail(ErrorKind::limit, "{}: the name is taken {} times in {}; clear the folder", picture,
       kMostNumbers, folder);
}

// Returns whether the name was still free.
bool PicturePlacer::carry_out(LoggedAction& action) {
  if (kind_ == ActionKind::link) {
    if (::symlink(action.from.c_str(), action.to.c_str()) == 0) return true;
    if (errno == EEXIST) return false;
    fail(ErrorKind::io, "{}: cannot be linked ({}); try --apply copy", action.to,
         std::strerror(errno));
  }
  if (kind_ == ActionKind::move) {
    const Renamed renamed = rename_without_replacing(action.from, action.to);
    if (renamed != Renamed::other_file_system) return renamed == Renamed::yes;
  }
  copy_durably(action.from, action.part, kind_ == ActionKind::move);
  if (rename_without_replacing(action.part, action.to) != Renamed::yes) {
    remove_file(action.part);
    return false;
  }
  return true;
}

bool PicturePlacer::put(const std::string& from, const std::string& to) {
  check_interrupt();
  LoggedAction action{.kind = kind_, .from = from, .to = to};
  const auto source = stamp_of(from);
  if (!source) fail(ErrorKind::io, "{}: is no longer there; run again", from);
  action.source = *source;
  if (kind_ != ActionKind::link)
    action.part = fmt::format("{}/.tandem-{}.part", folder_of(to), ::getpid());
  log_.intend(action);
  bool is_new = false;
  try {
    is_new = carry_out(action);
  } catch (const Error&) {
    log_.failed(action);
    throw;
  } catch (const Interrupted&) {
    log_.failed(action);
    throw;
  }
  if (!is_new) {
    log_.failed(action);
    return false;
  }
  action.result = stamp_of(to).value_or(FileStamp{});
  sync_folder_of(to);
  const bool original_is_left = kind_ == ActionKind::move && stamp_of(from).has_value();
  log_.done(action, original_is_left);
  if (original_is_left) remove_file(from);
  if (kind_ == ActionKind::move) sync_folder_of(from);
  return true;
}

std::string PicturePlacer::place(const std::string& picture, const std::string& folder) {
  const std::string from = absolute_path(picture);
  if (kind_ == ActionKind::move && is_symbolic_link(from))
    fail(ErrorKind::bad_input,
         "{}: is a symbolic link; move what it points to, or use copy or link", picture);
  const std::string into = target_ + "/" + folder;
  make_folder(into);
  const auto companions = sidecars_of(from);
  while (true) {
    bool found = false;
    const std::string to = free_name(from, into, companions, found);
    if (found) {
      ++found_;
      return to;
    }
    if (!put(from, to)) continue;  // somebody took the name meanwhile
    ++placed_;
    const std::string name = fs::path(to).filename().string();
    // Copied and moved pictures keep their sidecars; a link's stay beside what it points to.
    if (kind_ != ActionKind::link)
      for (const auto& companion : companions)
        if (!put(companion, into + "/" + companion_name(companion, from, name)))
          fail(ErrorKind::io, "{}: its name beside {} was taken meanwhile; it stays where it is",
               companion, to);
    return to;
  }
}

}  // namespace tandem
