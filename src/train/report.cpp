#include "train/run_folder.h"

namespace tandem {

std::string report_page(const std::vector<RunLog>& runs) {
  return "<!doctype html><title>" + (runs.empty() ? "" : runs[0].name) + "</title>";
}

}  // namespace tandem
