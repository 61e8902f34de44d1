// The texts of a corpus without its pictures: what a vocabulary is learned from.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "data/source_config.h"

namespace tandem {

struct CaptionOptions {
  std::vector<TextChoice> texts{};  ///< as SourceConfig::texts; weights do not count here
  std::string cache{};              ///< as DatasetOptions::cache
  /// Names a sample whose texts could not be read.
  std::function<void(const std::string& sentence)> on_bad{};
};

/// Gives every text of `input`, in batches of bounded size: tars, "pipe:COMMAND", .csv, .tsv,
/// .jsonl (these without pictures too) and folders as SourceConfig::path says, each sample's
/// candidates all; any other file is text with a caption a line, and so is "-", standard input.
/// Empty lines are passed over. Errors: as Dataset's, and io.
void read_captions(const std::string& input, const CaptionOptions& options,
                   const std::function<void(std::span<const std::string>)>& each);

}  // namespace tandem
