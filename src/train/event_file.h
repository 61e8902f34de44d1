// TensorBoard's event files: a run's scalars in the form that its reader takes.
//
// A file is a sequence of records (TensorFlow, core/lib/io/record_writer.h): the length as u64, its
// masked CRC-32C, the bytes, their masked CRC-32C, all little endian. The bytes are the protocol
// buffer Event (core/util/event.proto), of which four fields are written here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "train/append_file.h"

namespace tandem {

/// Castagnoli's polynomial (RFC 3720, appendix B.4).
uint32_t crc32c(std::string_view bytes);

/// One record with its frame.
std::string framed_record(std::string_view bytes);

class EventFile {
 public:
  /// A new file in `folder`, sorted behind those that are there. `first_step` above 0: whatever
  /// older files hold from this step on is void. Error: io.
  EventFile(const std::string& folder, int64_t first_step);

  /// One event. Error: io.
  void add_scalars(int64_t step, std::span<const std::pair<std::string, double>> scalars);
  void sync();

 private:
  AppendFile file_;
};

}  // namespace tandem
