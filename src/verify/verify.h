// Running golden cases: recorded values of the reference implementations against what
// Tandem computes, through the code that users run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tandem/model.h"

namespace tandem {

/// One line of `tandem verify`: a tensor, an item or a group of lines of a case.
struct VerifyLine {
  std::string layout;  ///< the name under which the case lists the checkpoint or files
  std::string tensor;  ///< what was compared
  double max_abs = 0, tolerance = 0;
  bool ok = false;
  std::string detail;   ///< what differs first, where it does; or why a thing could not be run
  std::string skipped;  ///< why nothing was compared, or empty
};

/// Receives lines as they are known.
using VerifyReport = std::function<void(const VerifyLine&)>;

struct VerifyOptions {
  LoadOptions load;   ///< backend, device, tokenizer
  std::string model;  ///< a model of one's own in place of the case's; "" takes the case's
};

/// One line with the case and stage it belongs to.
struct CaseLine {
  std::string folder;  ///< as it was given or found
  std::string stage;
  VerifyLine line;
};

/// The case folders (they hold case.json) at `path` or at any depth below it,
/// sorted. Error: bad_input where there is none.
std::vector<std::string> find_cases(const std::string& path);

/// Runs one case. What cannot be run is a line that is not ok, never an exception.
void verify_case(const std::string& folder, const VerifyOptions& options,
                 const std::function<void(const CaseLine&)>& report);

/// The stages, each in its file.
void verify_towers(const std::string& folder, const Json& case_json, const VerifyOptions& options,
                   const VerifyReport& report);
void verify_zero_shot(const std::string& folder, const Json& case_json,
                      const VerifyOptions& options, const VerifyReport& report);
void verify_loss(const std::string& folder, const Json& case_json, const VerifyOptions& options,
                 const VerifyReport& report);
void verify_train(const std::string& folder, const Json& case_json, const VerifyOptions& options,
                  const VerifyReport& report);

}  // namespace tandem
