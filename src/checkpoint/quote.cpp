#include "checkpoint/quote.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace tandem {

std::string quote_name(std::string_view name) {
  constexpr size_t kMaxBytes = 100;
  std::string shown(name.substr(0, kMaxBytes));
  if (shown.size() < name.size()) shown += "...";
  return to_line(Json(shown));
}

}  // namespace tandem
