// The chunks of a PNG file, with the checks that Pillow makes on them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "image/picture_reader.h"

namespace tandem {

/// What the chunks say about the picture.
struct PngHeader {
  int64_t width = 0;
  int64_t height = 0;
  int depth = 0;   ///< bits of a sample
  int colour = 0;  ///< IHDR's colour type
  bool interlaced = false;
  std::vector<uint8_t> palette;  ///< PLTE, three bytes a colour
  std::vector<uint8_t> exif;     ///< eXIf
  /// Of the first animation frame, where one is announced before the picture.
  struct Frame {
    int64_t left, top, width, height;
  };
  std::optional<Frame> frame;
};

/// Walks a PNG file: first header(), then data() until all rows are there, then
/// finish(). Checksums count before the picture data, as in Pillow; sizes of
/// what compressed texts and profiles inflate to are bounded, also as there.
class PngChunks {
 public:
  explicit PngChunks(const PictureFile& file);

  /// Reads everything before the picture's data.
  const PngHeader& header();
  /// The next piece of compressed picture data, at most `kPiece` bytes; refuses
  /// the file as truncated where there is none.
  std::span<const uint8_t> data();
  /// Passes over the data instead of reading them.
  void skip_data();
  /// What follows the data: damage there refuses the picture, missing ends do not.
  void finish();

  static constexpr size_t kPiece = 65536;  // also decides when zlib sees the end of its stream

 private:
  enum class Kind { ordinary, data, end };
  struct Chunk {
    uint32_t id;
    uint32_t length;
  };
  std::optional<Chunk> next();
  Kind read(const Chunk& chunk, std::span<const uint8_t>* body);
  void check(const Chunk& chunk, std::span<const uint8_t> body);
  void read_ihdr(std::span<const uint8_t> body);
  void read_frame(std::span<const uint8_t> body);
  void read_animation(std::span<const uint8_t> body);
  void read_sequence(uint32_t number);
  void read_text(uint32_t id, std::span<const uint8_t> body);
  void add_text(size_t bytes);

  const PictureFile& file_;
  PictureReader reader_;
  PngHeader header_;
  uint64_t data_left_ = 0;  // of the current data chunk
  int64_t frames_ = 0;      // of the animation, 0 where there is none
  bool animated_ = false;   // as the chunks before the data say
  std::optional<uint32_t> sequence_;
  size_t text_bytes_ = 0;
};

}  // namespace tandem
