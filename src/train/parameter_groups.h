// What the optimiser does to each parameter, from the weight table.
#pragma once

#include <string>
#include <vector>

#include "model/weight_table.h"
#include "train/run_config.h"

namespace tandem {

struct ParameterRule {
  std::string name;      ///< canonical
  bool trained = true;   ///< false: locked, or a statistic
  bool decayed = true;   ///< weight decay applies
  double lr_factor = 1;  ///< of the schedule's rate: tower and layer decay
};

/// One rule for each entry of weight_table(config), in its order (statistics: not trained).
/// Errors: bad_input for more unlocked blocks than the tower has.
std::vector<ParameterRule> parameter_rules(const ModelConfig& config, const ModelSection& model,
                                           const OptimizerSection& optimizer);

}  // namespace tandem
