// Where the vector file of a library stands, and when it is made again.
#pragma once

#include <functional>
#include <string>

#include "index/library.h"
#include "search/vector_file.h"

namespace tandem {

/// The vectors of a space, mapped: the file that is there where it is of this library, space and
/// generation and whole, else one made now. It stands beside the library, named
/// LIBRARY.vectors-SPACE.f32 (or .int8), or in the user's cache folder where the library's cannot
/// be written. `making` is called before one is made. Errors: io where it can be written nowhere.
VectorFile open_vectors(const Library& library, const LibrarySpace& space, VectorFormat format,
                        const std::function<void(int64_t pictures)>& making = {});

}  // namespace tandem
