// Where Tandem's own library is, for what is installed beside it.
#pragma once

#include <string>

namespace tandem {

/// The folder of libtandem.so; empty where the loader does not know.
std::string library_folder();

}  // namespace tandem
