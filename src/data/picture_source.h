// A picture that a row names: a path, or the bytes themselves.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tandem {

/// `value` is a path (relative to `folder`), or base64, with or without "data:image/...;base64," in
/// front. `key` begins the sentences. Errors: bad_input where it is none of these, unsupported for
/// addresses (http://, s3://...), io where the system does not let it be read.
std::vector<std::byte> read_picture(const std::string& value, const std::string& folder,
                                    const std::string& key);

}  // namespace tandem
