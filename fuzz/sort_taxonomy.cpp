#include "sort/lint.h"
#include "sort/taxonomy.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  tandem_fuzz::expect_value_or_error([&] {
    const auto taxonomy = tandem::parse_taxonomy(text, "input", "");
    tandem::lint_words(taxonomy);
    // A name that was let through must be safe as a path below a folder.
    for (const auto& group : taxonomy.groups)
      for (const auto& category : group.categories)
        if (category.name.front() == '/' || ("/" + category.name).find("/.") != std::string::npos)
          std::abort();
  });
  return 0;
}
