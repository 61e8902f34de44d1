// Missing alts of a page, filled into a copy that is the same to the byte elsewhere.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "describe/describer.h"
#include "describe/page_images.h"

namespace tandem {

/// A picture that a person has to look at: one of a page, or a file on its own.
struct DescribedImage {
  std::string name;                  ///< the address as written, or the path
  std::string file;                  ///< what was read; empty where nothing was
  size_t line = 0;                   ///< of the page; 0 where there is none
  std::string destination, caption;  ///< see PageImage
  std::optional<Proposal> proposal;
  std::string error;          ///< why it could not be read: a sentence
  bool is_elsewhere = false;  ///< the error is that it is remote or inside the page
  bool filled = false;        ///< the copy has the alt
};

struct FilledPage {
  std::string html;
  std::vector<DescribedImage> images;  ///< those without an alt of the author's, in order
  size_t by_author = 0;                ///< have an alt, or a name by title or ARIA
};

struct FillOptions {
  std::string page;  ///< its path
  std::string root;  ///< see PageFolder
};

/// The proposal for a picture file; called once for each file and role. Its Errors become
/// DescribedImage::error.
using Propose = std::function<Proposal(const std::string& path, std::optional<PictureRole> role)>;

/// Fills images that inform (nobody said so: assumed) and those that the page marks as decoration.
/// Images in links and buttons get none, as their text must name the destination; they are listed.
/// Each filled tag gets data-alt-source="machine" and, where there is one, data-alt-confidence.
/// Errors: find_page_images'.
FilledPage fill_page(std::string_view html, const FillOptions& options, const Propose& propose);

/// ` alt="..." data-alt-source="machine"...` in ASCII, for any encoding of the page.
std::string alt_attributes(const Proposal& proposal);

}  // namespace tandem
