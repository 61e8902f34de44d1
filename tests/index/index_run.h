// One run of an Indexer over a folder of pictures.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "index/indexer.h"
#include "index/picture_folder.h"

namespace tandem_test {

/// What a run did and said.
struct Report {
  tandem::IndexSummary summary;
  std::vector<std::string> failures, remarks;
};

inline Report index(const PictureFolder& folder, const tandem::Model& model,
                    tandem::IndexOptions options = {}, std::vector<std::string> roots = {}) {
  tandem::Library library = tandem::Library::open_for_writing(folder.library());
  Report run;
  tandem::Indexer indexer(
      library, model, std::move(options),
      {.failed = [&](const std::string& sentence) { run.failures.push_back(sentence); },
       .remark = [&](const std::string& sentence) { run.remarks.push_back(sentence); }});
  indexer.update(roots.empty() ? std::vector{folder.root()} : roots);
  run.summary = indexer.summary();
  return run;
}

}  // namespace tandem_test
