// Where models and architectures are looked for by name.
#pragma once

#include <string>
#include <vector>

namespace tandem {

/// `models/` of the working folder, the folders of $TANDEM_MODELS (colon separated), the user's
/// data folder.
std::vector<std::string> model_folders();

/// `configs` in each of them, then what is installed with Tandem.
std::vector<std::string> architecture_folders();

}  // namespace tandem
