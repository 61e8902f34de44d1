// Whether two pictures are copies of one photograph: seen on their pixels, because embeddings of
// two pictures of one thing are near as well.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "image/image.h"

namespace tandem {

/// A picture at a size where resizing and coding leave few traces.
struct PictureSignature {
  static constexpr int kSide = 64;    ///< luminance is kept as kSide x kSide
  static constexpr int kColours = 8;  ///< colour differences as kColours x kColours

  std::array<float, kSide * kSide> luminance{};            ///< of mean 0 and standard deviation 1
  std::array<uint8_t, 2 * kColours * kColours> colours{};  ///< Cb and Cr, 0 to 255
  float contrast = 0;   ///< the luminance's standard deviation, of 255
  float aspect = 1;     ///< width / height
  float sharpness = 0;  ///< standard deviation of the Laplacian at 512 pixels' longer side
};

PictureSignature signature_of(const Image& picture);
/// Of a file, turned as its EXIF orientation asks. Errors: as decode_image and read_file.
PictureSignature signature_of(const std::string& path);

/// True where one is the other, resized, coded again or made brighter. False for pictures that
/// differ in a place (a head turned, a thing moved), in colours, or by a crop; false for plain
/// surfaces, which have nothing to compare. Constants: docs/duplicates.md.
bool same_picture(const PictureSignature& a, const PictureSignature& b);

/// What same_picture looks at, to measure its constants.
struct Likeness {
  double correlation = 0;  ///< of luminance
  double worst_block = 0;  ///< largest RMS difference of an 8 x 8 block, in standard deviations
  double colour = 0;       ///< RMS difference of colours, of 255
  double aspect = 1;       ///< the larger ratio of sides over the smaller
};
Likeness compare(const PictureSignature& a, const PictureSignature& b);

}  // namespace tandem
