// Sidecars as files: written whole, and in the log.
#pragma once

#include <span>
#include <string>

#include "sort/action_log.h"
#include "sort/xmp_sidecar.h"

namespace tandem {

/// Adds categories to a picture's sidecar, which is made where there is none. Returns false, and
/// touches nothing, where they are all there already or there are none. Errors: io; as
/// with_categories.
bool write_sidecar(const std::string& picture, std::span<const std::string> categories,
                   SidecarName name, ActionLog& log);

}  // namespace tandem
