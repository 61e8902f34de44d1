// What a person writes for a filter.
#pragma once

#include <cstdint>
#include <string>

#include "index/library.h"

namespace tandem {

/// "2023", "2023-05", "2023-05-01" or "2023-05-01T18:30": its first second since 1970 on the
/// camera's clock. Error: bad_input.
int64_t parse_date(const std::string& text);

/// "1500000", "500k", "2MB", "1.5GiB": bytes; k, M and G are powers of 1000, Ki, Mi and Gi of 1024.
/// Error: bad_input.
int64_t parse_bytes(const std::string& text);

/// "48.2,16.37,10": degrees north, degrees east, kilometres. Error: bad_input.
PictureFilter::Near parse_near(const std::string& text);

/// A pattern of a path as the library has it: whole ones stay, others may begin at any folder.
std::string whole_path_glob(const std::string& glob);

}  // namespace tandem
