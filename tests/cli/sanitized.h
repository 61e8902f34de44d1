// Whether this build has AddressSanitizer, for tests that then do more, or nothing.
#pragma once

namespace tandem_test {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

}  // namespace tandem_test
