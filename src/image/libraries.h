// The decoding libraries that this process runs with, and their versions.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tandem {

/// {"libjpeg-turbo", "2.1.5"}...
std::vector<std::pair<std::string, std::string>> image_libraries();

}  // namespace tandem
