#include "sort/tag.h"

#include "base/files.h"
#include "base/interrupt.h"
#include "data/digest.h"
#include "sort/apply.h"
#include "tandem/error.h"

namespace tandem {

bool write_sidecar(const std::string& picture, std::span<const std::string> categories,
                   SidecarName name, ActionLog& log) {
  check_interrupt();
  if (categories.empty()) return false;
  const std::string path = sidecar_path(absolute_path(picture), name);
  std::optional<std::string> before;
  if (stamp_of(path)) before = read_file(path);
  const std::string text = with_categories(before, categories, path);
  if (before && text == *before) return false;
  LoggedAction action{
      .kind = ActionKind::sidecar, .to = path, .before = before, .digest = digest_of(text)};
  log.intend(action);
  try {
    write_file(path, text);
  } catch (const Error&) {
    log.failed(action);
    throw;
  }
  log.done(action);
  return true;
}

}  // namespace tandem
