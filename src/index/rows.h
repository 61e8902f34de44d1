// Rows of the pictures' table as records.
#pragma once

#include "index/library.h"
#include "index/sqlite.h"

namespace tandem {

/// Of a statement whose columns begin with those of Query::picture_by_id.
inline PictureRecord picture_in(const Statement& row) {
  return {.id = row.number_at(0),
          .path = row.text_at(1),
          .size = row.number_at(2),
          .modified_ns = row.number_at(3),
          .hash = row.text_at(4),
          .width = static_cast<int>(row.number_at(5)),
          .height = static_cast<int>(row.number_at(6)),
          .taken_at = row.optional_number_at(7),
          .latitude = row.optional_real_at(8),
          .longitude = row.optional_real_at(9)};
}

}  // namespace tandem
