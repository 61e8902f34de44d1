// Running golden cases: what one comparison came to.
#pragma once

#include <string>

namespace tandem {

/// One line of `tandem verify`: a tensor, an item or a group of lines of a case.
struct VerifyLine {
  std::string layout;  ///< the name under which the case lists the checkpoint or files
  std::string tensor;  ///< what was compared
  double max_abs = 0, tolerance = 0;
  bool ok = false;
  std::string detail;   ///< what differs first, where it does
  std::string skipped;  ///< why nothing was compared, or empty
};

}  // namespace tandem
