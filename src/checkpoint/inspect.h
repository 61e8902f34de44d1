// What a checkpoint is, in one object for people and programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/json.h"
#include "checkpoint/checkpoint.h"

namespace tandem {

/// Keys: path, layout, architecture {name, image, text, embed_dim}, parameters
/// {total, image, text}, dtype, tokenizer {kind, vocab_size, cleaning,
/// context_length}, preprocessing, rules, resized, contradictions; with
/// `tensors` also tensors [{name, dtype, shape, role}]. What the checkpoint does
/// not tell is null. A broken folder gives its sentence under contradictions
/// and whatever its config still tells; errors that are no fault of the
/// checkpoint's (no such file) are thrown.
OrderedJson inspect(const std::string& path, bool tensors, const OpenOptions& options);

}  // namespace tandem
