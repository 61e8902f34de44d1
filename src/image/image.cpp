#include "image/image.h"

namespace tandem {

int bytes_per_pixel(Mode mode) {
  switch (mode) {
    case Mode::bilevel:
    case Mode::l:
    case Mode::p: return 1;
    case Mode::la:
    case Mode::pa:
    case Mode::i16: return 2;
    case Mode::rgb:
    case Mode::ycbcr:
    case Mode::lab: return 3;
    case Mode::rgba:
    case Mode::cmyk:
    case Mode::i:
    case Mode::f: return 4;
  }
  return 0;
}

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::bilevel: return "1";
    case Mode::l: return "L";
    case Mode::la: return "LA";
    case Mode::p: return "P";
    case Mode::pa: return "PA";
    case Mode::rgb: return "RGB";
    case Mode::rgba: return "RGBA";
    case Mode::cmyk: return "CMYK";
    case Mode::ycbcr: return "YCbCr";
    case Mode::lab: return "LAB";
    case Mode::i16: return "I;16";
    case Mode::i: return "I";
    case Mode::f: return "F";
  }
  return "";
}

}  // namespace tandem
