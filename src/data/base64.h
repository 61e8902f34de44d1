// Bytes written as letters (RFC 4648).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace tandem {

/// Standard alphabet, padded or not, line ends passed over; nothing where it is no base64.
std::optional<std::vector<std::byte>> decode_base64(std::string_view text);

}  // namespace tandem
