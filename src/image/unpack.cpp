#include "image/unpack.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace tandem {
namespace {

static_assert(std::endian::native == std::endian::little, "\"N\" is taken as \"L\" below");

constexpr std::array<uint8_t, 256> kReversedBits = [] {
  std::array<uint8_t, 256> reversed{};
  for (int value = 0; value < 256; ++value)
    for (int bit = 0; bit < 8; ++bit)
      if (value >> bit & 1) reversed[value] |= static_cast<uint8_t>(0x80 >> bit);
  return reversed;
}();

enum class Bits { plain, inverted, reversed, inverted_reversed };

/// Samples of 1, 2, 4 or 8 bits to bytes, each multiplied by kScale.
template <int kBits, int kScale, Bits kOrder = Bits::plain>
void samples(uint8_t* out, const uint8_t* in, int64_t pixels) {
  constexpr int kPerByte = 8 / kBits;
  constexpr int kMask = (1 << kBits) - 1;
  while (pixels > 0) {
    int byte = *in++;
    if constexpr (kOrder == Bits::reversed || kOrder == Bits::inverted_reversed)
      byte = kReversedBits[byte];
    if constexpr (kOrder == Bits::inverted || kOrder == Bits::inverted_reversed) byte ^= 0xff;
    const int here = static_cast<int>(std::min<int64_t>(pixels, kPerByte));
    for (int i = 0; i < here; ++i)
      *out++ = static_cast<uint8_t>((byte >> (8 - kBits * (i + 1)) & kMask) * kScale);
    pixels -= here;
  }
}

template <int kBytes>
void copy(uint8_t* out, const uint8_t* in, int64_t pixels) {
  std::memcpy(out, in, static_cast<size_t>(pixels) * kBytes);
}

/// Pixels of kStep bytes in the file; the bytes at kFrom make up the pixel.
template <int kStep, int... kFrom>
void pick(uint8_t* out, const uint8_t* in, int64_t pixels) {
  for (; pixels > 0; --pixels, in += kStep) ((*out++ = in[kFrom]), ...);
}

template <int kStep>
void reversed(uint8_t* out, const uint8_t* in, int64_t pixels) {
  for (int64_t i = 0; i < pixels * kStep; ++i) out[i] = kReversedBits[in[i]];
}

/// One channel of pixels of kPixel bytes.
template <int kPixel, int kChannel>
void band(uint8_t* out, const uint8_t* in, int64_t pixels) {
  for (int64_t i = 0; i < pixels; ++i) out[i * kPixel + kChannel] = in[i];
}

void skip(uint8_t*, const uint8_t*, int64_t) {}

/// Premultiplied RGBA to RGBA, rounding down, as Pillow does.
template <int kStep, int kR, int kG, int kB, int kA>
void unmultiply(uint8_t* out, const uint8_t* in, int64_t pixels) {
  for (; pixels > 0; --pixels, in += kStep, out += 4) {
    const int alpha = in[kA];
    const auto channel = [alpha](int value) {
      return static_cast<uint8_t>(alpha == 0 ? 0 : std::min(255, value * 255 / alpha));
    };
    const uint8_t pixel[4] = {channel(in[kR]), channel(in[kG]), channel(in[kB]), in[kA]};
    std::memcpy(out, pixel, 4);
  }
}

/// 16-bit pixels with fields of 5 or 6 bits, blue lowest.
template <int kGreenBits>
void bgr16(uint8_t* out, const uint8_t* in, int64_t pixels) {
  constexpr int kGreenMax = (1 << kGreenBits) - 1;
  for (; pixels > 0; --pixels, in += 2) {
    const int value = in[0] | in[1] << 8;
    *out++ = static_cast<uint8_t>((value >> (5 + kGreenBits) & 31) * 255 / 31);
    *out++ = static_cast<uint8_t>((value >> 5 & kGreenMax) * 255 / kGreenMax);
    *out++ = static_cast<uint8_t>((value & 31) * 255 / 31);
  }
}

/// CIE Lab's signed a and b, shifted to bytes.
void lab(uint8_t* out, const uint8_t* in, int64_t pixels) {
  for (; pixels > 0; --pixels, in += 3) {
    *out++ = in[0];
    *out++ = in[1] ^ 128;
    *out++ = in[2] ^ 128;
  }
}

/// Numbers of type From, in one or the other byte order, to numbers of type To.
template <class From, class To, bool kBigEndian = false>
void numbers(uint8_t* out, const uint8_t* in, int64_t pixels) {
  for (; pixels > 0; --pixels, in += sizeof(From), out += sizeof(To)) {
    uint8_t bytes[sizeof(From)];
    if constexpr (kBigEndian)
      std::reverse_copy(in, in + sizeof(From), bytes);
    else
      std::memcpy(bytes, in, sizeof(From));
    From value;
    std::memcpy(&value, bytes, sizeof(From));
    const To number = static_cast<To>(value);
    std::memcpy(out, &number, sizeof(To));
  }
}

/// Two 12-bit numbers in three bytes, highest bits first.
void twelve_bits(uint8_t* out, const uint8_t* in, int64_t pixels) {
  for (int64_t i = 0; i < pixels; ++i) {
    const uint8_t* pair = in + i / 2 * 3;
    const auto value = static_cast<uint16_t>(i % 2 == 0 ? pair[0] << 4 | pair[1] >> 4
                                                        : (pair[1] & 15) << 8 | pair[2]);
    std::memcpy(out + i * 2, &value, 2);
  }
}

constexpr Unpacker kUnpackers[] = {
    {Mode::bilevel, "1", 1, samples<1, 255>},
    {Mode::bilevel, "1;I", 1, samples<1, 255, Bits::inverted>},
    {Mode::bilevel, "1;R", 1, samples<1, 255, Bits::reversed>},
    {Mode::bilevel, "1;IR", 1, samples<1, 255, Bits::inverted_reversed>},

    {Mode::l, "L;2", 2, samples<2, 85>},
    {Mode::l, "L;2I", 2, samples<2, 85, Bits::inverted>},
    {Mode::l, "L;2R", 2, samples<2, 85, Bits::reversed>},
    {Mode::l, "L;2IR", 2, samples<2, 85, Bits::inverted_reversed>},
    {Mode::l, "L;4", 4, samples<4, 17>},
    {Mode::l, "L;4I", 4, samples<4, 17, Bits::inverted>},
    {Mode::l, "L;4R", 4, samples<4, 17, Bits::reversed>},
    {Mode::l, "L;4IR", 4, samples<4, 17, Bits::inverted_reversed>},
    {Mode::l, "L", 8, copy<1>},
    {Mode::l, "L;I", 8, samples<8, 1, Bits::inverted>},
    {Mode::l, "L;R", 8, samples<8, 1, Bits::reversed>},
    {Mode::la, "LA", 16, copy<2>},

    {Mode::p, "P;1", 1, samples<1, 1>},
    {Mode::p, "P;2", 2, samples<2, 1>},
    {Mode::p, "P;4", 4, samples<4, 1>},
    {Mode::p, "P", 8, copy<1>},
    {Mode::p, "P;R", 8, samples<8, 1, Bits::reversed>},
    {Mode::pa, "PA", 16, copy<2>},

    {Mode::rgb, "RGB", 24, copy<3>},
    {Mode::rgb, "RGB;R", 24, reversed<3>},
    {Mode::rgb, "RGB;16L", 48, pick<6, 1, 3, 5>},
    {Mode::rgb, "RGB;16N", 48, pick<6, 1, 3, 5>},
    {Mode::rgb, "RGB;16B", 48, pick<6, 0, 2, 4>},
    {Mode::rgb, "BGR", 24, pick<3, 2, 1, 0>},
    {Mode::rgb, "BGR;15", 16, bgr16<5>},
    {Mode::rgb, "BGR;16", 16, bgr16<6>},
    {Mode::rgb, "BGRX", 32, pick<4, 2, 1, 0>},
    {Mode::rgb, "XBGR", 32, pick<4, 3, 2, 1>},
    {Mode::rgb, "RGBX", 32, pick<4, 0, 1, 2>},
    {Mode::rgb, "RGBXX", 40, pick<5, 0, 1, 2>},
    {Mode::rgb, "RGBXXX", 48, pick<6, 0, 1, 2>},
    {Mode::rgb, "RGBX;16L", 64, pick<8, 1, 3, 5>},
    {Mode::rgb, "RGBX;16N", 64, pick<8, 1, 3, 5>},
    {Mode::rgb, "RGBX;16B", 64, pick<8, 0, 2, 4>},
    {Mode::rgb, "R", 8, band<3, 0>},
    {Mode::rgb, "G", 8, band<3, 1>},
    {Mode::rgb, "B", 8, band<3, 2>},
    {Mode::rgb, "X", 8, skip},

    {Mode::rgba, "RGBA", 32, copy<4>},
    {Mode::rgba, "RGBAX", 40, pick<5, 0, 1, 2, 3>},
    {Mode::rgba, "RGBAXX", 48, pick<6, 0, 1, 2, 3>},
    {Mode::rgba, "RGBA;16L", 64, pick<8, 1, 3, 5, 7>},
    {Mode::rgba, "RGBA;16N", 64, pick<8, 1, 3, 5, 7>},
    {Mode::rgba, "RGBA;16B", 64, pick<8, 0, 2, 4, 6>},
    {Mode::rgba, "RGBa", 32, unmultiply<4, 0, 1, 2, 3>},
    {Mode::rgba, "RGBaX", 40, unmultiply<5, 0, 1, 2, 3>},
    {Mode::rgba, "RGBaXX", 48, unmultiply<6, 0, 1, 2, 3>},
    {Mode::rgba, "RGBa;16L", 64, unmultiply<8, 1, 3, 5, 7>},
    {Mode::rgba, "RGBa;16N", 64, unmultiply<8, 1, 3, 5, 7>},
    {Mode::rgba, "RGBa;16B", 64, unmultiply<8, 0, 2, 4, 6>},
    {Mode::rgba, "LA;16B", 32, pick<4, 0, 0, 0, 2>},
    {Mode::rgba, "BGRA", 32, pick<4, 2, 1, 0, 3>},
    {Mode::rgba, "ABGR", 32, pick<4, 3, 2, 1, 0>},
    {Mode::rgba, "R", 8, band<4, 0>},
    {Mode::rgba, "G", 8, band<4, 1>},
    {Mode::rgba, "B", 8, band<4, 2>},
    {Mode::rgba, "A", 8, band<4, 3>},

    {Mode::cmyk, "CMYK", 32, copy<4>},
    {Mode::cmyk, "CMYKX", 40, pick<5, 0, 1, 2, 3>},
    {Mode::cmyk, "CMYKXX", 48, pick<6, 0, 1, 2, 3>},
    {Mode::cmyk, "CMYK;16L", 64, pick<8, 1, 3, 5, 7>},
    {Mode::cmyk, "CMYK;16N", 64, pick<8, 1, 3, 5, 7>},
    {Mode::cmyk, "C", 8, band<4, 0>},
    {Mode::cmyk, "M", 8, band<4, 1>},
    {Mode::cmyk, "Y", 8, band<4, 2>},
    {Mode::cmyk, "K", 8, band<4, 3>},

    {Mode::lab, "LAB", 24, lab},
    {Mode::lab, "L", 8, band<3, 0>},
    {Mode::lab, "A", 8, band<3, 1>},
    {Mode::lab, "B", 8, band<3, 2>},

    {Mode::i16, "I;16", 16, copy<2>},
    {Mode::i16, "I;16N", 16, copy<2>},
    {Mode::i16, "I;16B", 16, numbers<uint16_t, uint16_t, true>},
    {Mode::i16, "I;16R", 16, reversed<2>},
    {Mode::i16, "I;12", 12, twelve_bits},

    {Mode::i, "I", 32, copy<4>},
    {Mode::i, "I;16B", 16, numbers<uint16_t, int32_t, true>},
    {Mode::i, "I;16S", 16, numbers<int16_t, int32_t>},
    {Mode::i, "I;16NS", 16, numbers<int16_t, int32_t>},
    {Mode::i, "I;16BS", 16, numbers<int16_t, int32_t, true>},
    {Mode::i, "I;32N", 32, copy<4>},
    {Mode::i, "I;32S", 32, copy<4>},
    {Mode::i, "I;32BS", 32, numbers<int32_t, int32_t, true>},

    {Mode::f, "F", 32, copy<4>},
    {Mode::f, "F;32F", 32, copy<4>},
    {Mode::f, "F;32BF", 32, numbers<uint32_t, uint32_t, true>},
};

}  // namespace

const Unpacker* find_unpacker(Mode mode, std::string_view raw) {
  for (const Unpacker& unpacker : kUnpackers)
    if (unpacker.mode == mode && unpacker.raw == raw) return &unpacker;
  return nullptr;
}

}  // namespace tandem
