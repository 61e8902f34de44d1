// How far a long job is, in words.
#pragma once

#include <cstdint>
#include <string>

namespace tandem {

/// "1280 of 5000 pictures, 164/s, 23 s left", `seconds` after the start; done >= 1. total 0: unknown.
std::string progress_line(int64_t done, int64_t total, const std::string& what, double seconds);

/// "23 s", "33 min", "2.8 h".
std::string duration_in_words(double seconds);

}  // namespace tandem
