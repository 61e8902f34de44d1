// Inflating a small gzip file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tandem {

/// Whether the bytes begin as gzip does.
bool is_gzip(std::string_view bytes);

/// The contents; `name` is the file in errors: bad_model where it is damaged or
/// cut short, limit where it holds more than `max_bytes`.
std::string gunzip(std::string_view bytes, uint64_t max_bytes, const std::string& name);

}  // namespace tandem
