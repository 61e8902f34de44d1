#include "image/decode_libtiff.h"

#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/fail.h"
#include "image/unpack.h"

namespace tandem {
namespace {

/// What libtiff's callbacks get: the file's bytes and a position.
struct Stream {
  std::span<const uint8_t> bytes;
  uint64_t at = 0;
};

Stream& stream_of(thandle_t handle) { return *static_cast<Stream*>(handle); }

tmsize_t read_bytes(thandle_t handle, void* out, tmsize_t count) {
  Stream& stream = stream_of(handle);
  if (count <= 0 || stream.at >= stream.bytes.size()) return 0;
  const size_t got = std::min<size_t>(count, stream.bytes.size() - stream.at);
  std::memcpy(out, stream.bytes.data() + stream.at, got);
  stream.at += got;
  return static_cast<tmsize_t>(got);
}

tmsize_t write_bytes(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  Stream& stream = stream_of(handle);
  const uint64_t base = whence == SEEK_CUR   ? stream.at
                        : whence == SEEK_END ? stream.bytes.size()
                                             : 0;
  return stream.at = base + offset;
}

int close(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return stream_of(handle).bytes.size(); }

int map(thandle_t handle, void** base, toff_t* size) {
  *base = const_cast<uint8_t*>(stream_of(handle).bytes.data());
  *size = stream_of(handle).bytes.size();
  return 1;
}
void unmap(thandle_t, void*, toff_t) {}

/// libtiff's first complaint, kept for the error's sentence.
int keep_message(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& message = *static_cast<std::string*>(user);
  if (message.empty()) {
    char text[256];
    std::vsnprintf(text, sizeof text, format, arguments);
    message = text;
  }
  return 1;
}
int ignore_message(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
struct OptionsFreer {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

class TiffReader {
 public:
  TiffReader(const PictureFile& file, const TiffLayout& layout, Image& image)
      : file_(file), layout_(layout), image_(image), stream_{file.bytes} {
    const std::unique_ptr<TIFFOpenOptions, OptionsFreer> options(TIFFOpenOptionsAlloc());
    if (!options) throw std::bad_alloc();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(max_buffer()));
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_message, &message_);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_message, nullptr);
    // "C": strips stay as they are.
    tiff_.reset(TIFFClientOpenExt("picture", "rC", &stream_, read_bytes, write_bytes, seek, close,
                                  size_of, map, unmap, options.get()));
    if (!tiff_) fail_here();
  }

  void read() {
    uint32_t width = 0, height = 0;
    TIFFGetField(tiff_.get(), TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff_.get(), TIFFTAG_IMAGELENGTH, &height);
    if (width != layout_.width || height != layout_.height) fail_here();
    uint16_t photometric = 0, compression = 0;
    TIFFGetField(tiff_.get(), TIFFTAG_PHOTOMETRIC, &photometric);
    TIFFGetField(tiff_.get(), TIFFTAG_COMPRESSION, &compression);
    TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_PLANARCONFIG, &planar_);
    const bool contiguous = planar_ == PLANARCONFIG_CONTIG;
    if (photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG && contiguous)
      TIFFSetField(tiff_.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    else if (photometric == PHOTOMETRIC_YCBCR)
      return read_as_rgba();
    choose_unpacker();
    if (TIFFIsTiled(tiff_.get()))
      read_tiles();
    else
      read_strips();
    unmultiply_planes();
  }

 private:
  [[noreturn]] void fail_here() {
    fail_damaged(file_, message_.empty() ? "its parts contradict each other" : message_);
  }

  /// A buffer that libtiff or we may take: the picture's own pixels with all
  /// extra samples, and room for strips and tiles that are larger than it.
  int64_t max_buffer() const {
    constexpr int64_t kRoom = int64_t{64} << 20;
    return std::min<int64_t>(file_.max_pixels, layout_.width * layout_.height) * 16 + kRoom;
  }

  /// The layout's name with the changes that libtiff's output needs: 16-bit
  /// numbers come in native order. (Only these: Pillow leaves big-endian 32-bit
  /// numbers to be swapped twice, and so they are here.)
  std::string raw() const {
    if (layout_.photometric == PHOTOMETRIC_YCBCR && layout_.compression == COMPRESSION_JPEG &&
        !layout_.separate)
      return "RGB";
    std::string raw = layout_.raw;
    for (const char* order : {";16B", ";16L"})
      if (const size_t at = raw.find(order); at != std::string::npos) raw[at + 3] = 'N';
    return raw;
  }

  /// How rows become pixels: all channels at once, or channel by channel.
  void choose_unpacker() {
    const std::string name = raw();
    unpacker_ = find_unpacker(layout_.mode, name);
    if (unpacker_ == nullptr) fail_unsupported(file_, fmt::format("samples laid out as {}", name));
    const int bands = bands_of(layout_);
    if (planar_ != PLANARCONFIG_SEPARATE || bands == 1) return;
    uint16_t bits = 8;
    TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_BITSPERSAMPLE, &bits);
    if (bits != 8 && bits != 16) fail_here();
    planes_ = bands;
    sample_bytes_ = bits / 8;
  }

  /// Pillow's count of channels: RGBX has four.
  static int bands_of(const TiffLayout& layout) {
    switch (layout.mode) {
      case Mode::la:
      case Mode::pa: return 2;
      case Mode::rgb: return layout.bits > 3 * 16 || layout.raw.starts_with("RGBX") ? 4 : 3;
      case Mode::lab: return 3;
      case Mode::rgba:
      case Mode::cmyk: return 4;
      default: return 1;
    }
  }

  /// Bytes of a row of one plane, as Pillow counts them from the unpacker's.
  int64_t row_bytes(int64_t pixels) const { return (pixels * unpacker_->bits / planes_ + 7) / 8; }

  /// A row of pixels, or of one plane's channel, whatever that means in the mode.
  void put_row(int plane, int64_t x, int64_t y, const uint8_t* in, int64_t pixels) {
    const int size = bytes_per_pixel(image_.mode);
    uint8_t* out = image_.pixels.data() + (y * image_.width + x) * size;
    if (planes_ == 1) return unpacker_->row(out, in, pixels);
    // RGBX's X is dropped; the alpha of separate LA and PA gets lost in Pillow.
    if (plane >= size || ((image_.mode == Mode::la || image_.mode == Mode::pa) && plane > 0))
      return;
    in += sample_bytes_ - 1;  // the high byte
    for (int64_t i = 0; i < pixels; ++i) out[i * size + plane] = in[i * sample_bytes_];
  }

  void take_buffer(int64_t bytes) {
    if (bytes < 1) fail_here();
    if (bytes > max_buffer())
      fail(ErrorKind::limit,
           "{}: the TIFF file has strips or tiles of {} bytes, many more than its "
           "picture needs; save it again",
           file_.name, bytes);
    buffer_.assign(static_cast<size_t>(bytes), 0);
  }

  void read_strips() {
    uint32_t rows = 0;
    if (TIFFGetField(tiff_.get(), TIFFTAG_ROWSPERSTRIP, &rows) != 1 || rows == UINT32_MAX)
      rows = static_cast<uint32_t>(image_.height);
    const int64_t strip_bytes = TIFFStripSize(tiff_.get());
    const int64_t stored = TIFFScanlineSize(tiff_.get());
    const int64_t needed = row_bytes(image_.width);
    if (rows < 1 || rows > INT32_MAX || strip_bytes > needed * rows || stored < 1 ||
        needed > stored)
      fail_here();
    take_buffer(strip_bytes);
    for (int64_t y = 0; y < image_.height; y += rows)
      for (int plane = 0; plane < planes_; ++plane) {
        const uint32_t strip =
            TIFFComputeStrip(tiff_.get(), static_cast<uint32_t>(y), static_cast<uint16_t>(plane));
        if (TIFFReadEncodedStrip(tiff_.get(), strip, buffer_.data(), strip_bytes) == -1)
          fail_here();
        for (int64_t row = 0; row < std::min<int64_t>(rows, image_.height - y); ++row)
          put_row(plane, 0, y + row, buffer_.data() + row * stored, image_.width);
      }
  }

  void read_tiles() {
    uint32_t width = 0, height = 0;
    TIFFGetField(tiff_.get(), TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(tiff_.get(), TIFFTAG_TILELENGTH, &height);
    const int64_t tile_bytes = TIFFTileSize(tiff_.get());
    const int64_t stored = TIFFTileRowSize(tiff_.get());
    if (width < 1 || height < 1 || width > INT32_MAX || height > INT32_MAX) fail_here();
    const int64_t used = std::min<int64_t>(width, image_.width);
    const int64_t read = planes_ == 1 ? row_bytes(used) : used * sample_bytes_;
    if (stored < 1 || stored > tile_bytes || read > stored ||
        tile_bytes > (int64_t{height} * unpacker_->bits / planes_ + 7) / 8 * width)
      fail_here();
    take_buffer(tile_bytes);
    for (int64_t y = 0; y < image_.height; y += height)
      for (int plane = 0; plane < planes_; ++plane)
        for (int64_t x = 0; x < image_.width; x += width) {
          if (TIFFReadTile(tiff_.get(), buffer_.data(), static_cast<uint32_t>(x),
                           static_cast<uint32_t>(y), 0, static_cast<uint16_t>(plane)) == -1)
            fail_here();
          for (int64_t row = 0; row < std::min<int64_t>(height, image_.height - y); ++row)
            put_row(plane, x, y + row, buffer_.data() + row * stored,
                    std::min<int64_t>(width, image_.width - x));
        }
  }

  /// RGBA in separate planes whose alpha is premultiplied, or not said to be plain.
  void unmultiply_planes() {
    if (planes_ < 4 || image_.mode != Mode::rgba) return;
    uint16_t count = 0;
    uint16_t* kinds = nullptr;
    TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_EXTRASAMPLES, &count, &kinds);
    if (count == 0 || (kinds[0] != EXTRASAMPLE_UNSPECIFIED && kinds[0] != EXTRASAMPLE_ASSOCALPHA))
      return;
    find_unpacker(Mode::rgba, "RGBa")
        ->row(image_.pixels.data(), image_.pixels.data(), int64_t{image_.width} * image_.height);
  }

  /// Subsampled colours are left to libtiff's conversion.
  void read_as_rgba() {
    const Unpacker* unpacker = find_unpacker(layout_.mode, raw());
    if (unpacker == nullptr || unpacker->bits > 32) fail_here();
    uint32_t rows = 0;
    const ttag_t rows_tag = TIFFIsTiled(tiff_.get()) ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP;
    if (TIFFGetFieldDefaulted(tiff_.get(), rows_tag, &rows) != 1 || rows > INT32_MAX)
      rows = static_cast<uint32_t>(image_.height);
    char complaint[1024] = "";
    TIFFRGBAImage reader{};
    if (rows < 1 || !TIFFRGBAImageOK(tiff_.get(), complaint) ||
        !TIFFRGBAImageBegin(&reader, tiff_.get(), 0, complaint)) {
      if (message_.empty()) message_ = complaint;
      fail_here();
    }
    const std::unique_ptr<TIFFRGBAImage, void (*)(TIFFRGBAImage*)> guard(&reader, TIFFRGBAImageEnd);
    reader.req_orientation = ORIENTATION_TOPLEFT;
    const int64_t stride = int64_t{image_.width} * 4;
    take_buffer(std::min<int64_t>(rows, image_.height) * stride);
    for (int64_t y = 0; y < image_.height; y += rows) {
      const int64_t here = std::min<int64_t>(rows, image_.height - y);
      reader.row_offset = static_cast<int>(y);
      if (!TIFFRGBAImageGet(&reader, reinterpret_cast<uint32_t*>(buffer_.data()), reader.width,
                            static_cast<uint32_t>(here)))
        fail_here();
      for (int64_t row = 0; row < here; ++row)
        unpacker->row(
            image_.pixels.data() + (y + row) * image_.width * bytes_per_pixel(image_.mode),
            buffer_.data() + row * stride, image_.width);
    }
  }

  const PictureFile& file_;
  const TiffLayout& layout_;
  Image& image_;
  Stream stream_;
  std::string message_;
  std::unique_ptr<TIFF, TiffCloser> tiff_;
  uint16_t planar_ = 0;
  const Unpacker* unpacker_ = nullptr;
  int planes_ = 1;        // that are read one by one
  int sample_bytes_ = 1;  // of a separate plane
  std::vector<uint8_t> buffer_;
};

}  // namespace

void read_by_libtiff(const PictureFile& file, const TiffLayout& layout, Image& image) {
  TiffReader(file, layout, image).read();
}

}  // namespace tandem
