// Position tables for another picture size or context length, resized as open_clip
// does with torch.nn.functional.interpolate (resize_pos_embed, resize_text_pos_embed).
#pragma once

#include <vector>

#include "base/tensor.h"

namespace tandem {

/// `table` [1 + side * side, width], floating point: the class token's row is
/// kept, the square grid becomes grid_height x grid_width by antialiased bicubic
/// interpolation (a = -0.5, align_corners off), in double. Returns
/// [1 + grid_height * grid_width, width].
std::vector<double> resize_image_positions(const TensorView& table, int grid_height,
                                           int grid_width);

/// `table` [rows, width] becomes [new_rows, width] by linear interpolation
/// without antialiasing, align_corners off, in double.
std::vector<double> resize_text_positions(const TensorView& table, int new_rows);

}  // namespace tandem
