#include "base/library_folder.h"

#include <dlfcn.h>

#include <filesystem>

namespace tandem {

std::string library_folder() {
  Dl_info where{};
  if (dladdr(reinterpret_cast<void*>(&library_folder), &where) == 0 || where.dli_fname == nullptr)
    return {};
  std::error_code ignored;
  return std::filesystem::absolute(where.dli_fname, ignored).parent_path().string();
}

}  // namespace tandem
