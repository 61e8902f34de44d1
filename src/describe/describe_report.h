// What a person must confirm, as a page.
#pragma once

#include <span>
#include <string>

#include "describe/page_filler.h"

namespace tandem {

/// One self-contained page: a card for each picture with its thumbnail, its proposal (marked as
/// machine-written), what the pixels warn of, and what a person must do. Refused and unread ones
/// stand first. `title` is plain text.
std::string describe_report(const std::string& title, std::span<const DescribedImage> images);

/// "a photograph, outdoors, no words": the facets that are known, for people.
std::string facets_in_words(const Proposal& proposal);

}  // namespace tandem
