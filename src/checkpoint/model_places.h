// Where models and architectures are looked for by name.
#pragma once

#include <string>
#include <vector>

namespace tandem {

/// The model that Tandem brings: what answers where none is named.
extern const char* const kBuiltInModel;

/// What is installed with Tandem, found from the library's own place (a build folder has a link
/// there to the sources' `models/`); empty where that place is not known.
std::string installed_models_folder();

/// `models/` of the working folder, the folders of $TANDEM_MODELS (colon separated), the user's
/// data folder, installed_models_folder().
std::vector<std::string> model_folders();

/// Whether a folder in one of them has a model's config and weights, or a file the ending of
/// weights. Opens none.
bool holds_model(const std::string& path);

/// `configs` in each of them.
std::vector<std::string> architecture_folders();

}  // namespace tandem
