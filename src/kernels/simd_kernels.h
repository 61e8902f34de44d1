// The table of a vector type's kernels. For the rules of this header see kernels.h.
#pragma once

#include "kernels/simd_attention.h"
#include "kernels/simd_product.h"
#include "kernels/simd_rows.h"

namespace tandem::cpu {

template <class V>
constexpr Kernels kernels_with(Isa isa) {
  return {.isa = isa,
          .multiply = ProductOf<V>::multiply,
          .attention_scratch = AttentionOf<V>::scratch,
          .attend = AttentionOf<V>::attend,
          .attend_trie = AttentionOf<V>::attend_trie,
          .layer_norm = RowsOf<V>::layer_norm,
          .normalise = RowsOf<V>::normalise,
          .add = RowsOf<V>::add,
          .scale = RowsOf<V>::scale};
}

}  // namespace tandem::cpu
