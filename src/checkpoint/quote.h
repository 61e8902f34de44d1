// Foreign names in sentences for people.
#pragma once

#include <string>
#include <string_view>

namespace tandem {

/// The name in double quotes, as ASCII on one line: what is no printable ASCII
/// is escaped as in JSON, and names beyond 100 bytes are cut.
std::string quote_name(std::string_view name);

}  // namespace tandem
