// The closed list of names that a pickle may mention.
#pragma once

#include <string_view>

#include "base/tensor.h"

namespace tandem {

/// What an inert reader makes of a call of such a name.
enum class GlobalKind {
  dictionary,    ///< a dict
  same,          ///< its first argument, unchanged; an empty list without one
  latin1_bytes,  ///< bytes from a string whose code points are the bytes
  tensor,        ///< a tensor from storage, offset, shape, strides
  storage,       ///< never called: the type in a storage's id
  bag,           ///< an object: class name, arguments, state
};

struct KnownGlobal {
  GlobalKind kind;
  DType dtype = DType::f32;  // of a storage
};

/// What is known of "module.name", or null: then it must be refused.
const KnownGlobal* known_global(std::string_view name);

}  // namespace tandem
