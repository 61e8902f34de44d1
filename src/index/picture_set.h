// Pictures with their embeddings, wherever they come from: the rooms above ask no further.
#pragma once

#include <string>
#include <vector>

#include "tandem/model.h"

namespace tandem {

struct PictureSet {
  std::vector<std::string> paths;  ///< as the file system has them, whatever bytes
  Embeddings embeddings;           ///< row i belongs to paths[i]; of length 1
};

}  // namespace tandem
