// Categories as keywords in XMP sidecars (Adobe's XMP specification, part 1; libexempi).
#pragma once

#include <optional>
#include <span>
#include <string>

namespace tandem {

enum class SidecarName {
  full,      ///< cat.jpg.xmp: what darktable and digiKam read and write
  shortened  ///< cat.xmp: what Lightroom reads (of raw files alone), and digiKam where it is told
             ///< to
};

/// Where a picture's sidecar is, or would be. A cat.xmp that is there already and belongs to this
/// picture alone is taken in either case.
std::string sidecar_path(const std::string& picture, SidecarName name);

/// The sidecar's text with `categories` added: the last part of each to dc:subject, and those with
/// parts ("animals/dogs") as "animals|dogs" to lr:hierarchicalSubject too. Keywords that are there
/// stay single; every other byte stays. libexempi must find in the result what it found before and
/// the new keywords. `existing`: the file's bytes, or nothing. Errors: bad_input where it is no
/// XMP, or written so that this edit cannot be made.
std::string with_categories(const std::optional<std::string>& existing,
                            std::span<const std::string> categories, const std::string& name);

}  // namespace tandem
