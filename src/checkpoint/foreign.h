// Files of other systems that stand where a CLIP's weights are looked for.
#pragma once

#include <string>

namespace tandem {

/// "a GGUF file (llama.cpp)", known by name or first bytes; "" for what Tandem may read.
std::string foreign_format(const std::string& path);

/// The first foreign file in a folder, as "NAME is ..."; "" where there is none.
std::string foreign_file_in(const std::string& folder);

}  // namespace tandem
