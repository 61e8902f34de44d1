// Lessons: places are found, and a copy with a picture at each keeps everything else.
#include <cstdio>
#include <string_view>

#include "../tests/illustrate/copy_check.h"
#include "illustrate/passage.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tandem;
  const std::string_view lesson(reinterpret_cast<const char*>(data), size);
  tandem_fuzz::expect_value_or_error([&] {
    for (const auto at : {PlaceKind::paragraphs, PlaceKind::headings}) {
      const std::string fault = tandem_test::copy_fault(lesson, at);
      if (fault.empty()) continue;
      std::fprintf(stderr, "%s\n", fault.c_str());
      std::abort();
    }
  });
  size_t bytes = 0;
  for (const auto& sentence : split_sentences(lesson)) bytes += sentence.size();
  if (bytes > 3 * size + 3) std::abort();  // U+FFFD has three bytes
  return 0;
}
