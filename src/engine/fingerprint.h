// What an embedding depends on, as two strings that travel with it.
#pragma once

#include "checkpoint/checkpoint.h"
#include "tandem/model.h"
#include "text/tokenizer.h"

namespace tandem {

/// space: XXH3-128 of the config's description and of every weight's name and
/// float values, so that a model keeps its space through `convert`. recipe: a
/// line of JSON. `tokenizer` may be null.
Fingerprint make_fingerprint(const Checkpoint& checkpoint, const Tokenizer* tokenizer,
                             const LoadOptions& options);

}  // namespace tandem
