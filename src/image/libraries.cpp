#include "image/libraries.h"

#include <avif/avif.h>
#include <fmt/core.h>
#include <jconfig.h>
#include <libheif/heif.h>
#include <tiffio.h>
#include <webp/decode.h>
#include <zlib.h>

namespace tandem {
namespace {

#define TANDEM_TEXT_OF(value) #value
#define TANDEM_TEXT(value) TANDEM_TEXT_OF(value)

// "LIBTIFF, Version 4.5.0\nCopyright..." to "4.5.0".
std::string tiff_version() {
  const std::string text = TIFFGetVersion();
  const auto line = text.substr(0, text.find('\n'));
  return line.substr(line.rfind(' ') + 1);
}

std::string webp_version() {
  const int version = WebPGetDecoderVersion();
  return fmt::format("{}.{}.{}", version >> 16, version >> 8 & 255, version & 255);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> image_libraries() {
  return {{"libjpeg-turbo", TANDEM_TEXT(LIBJPEG_TURBO_VERSION)},
          {"libwebp", webp_version()},
          {"libtiff", tiff_version()},
          {"libheif", heif_get_version()},
          {"libavif", avifVersion()},
          {"zlib", zlibVersion()}};
}

}  // namespace tandem
