// JPEG by libjpeg-turbo with its default decoding: accurate integer IDCT, smooth chroma upsampling.
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>

#include <jpeglib.h>

#include "base/fail.h"
#include "image/decoders.h"

namespace tandem {
namespace {

// No camera and no encoder writes more scans than this; each costs a pass over the whole picture.
constexpr int kMaxScans = 1000;

/// libjpeg's state with handlers that neither print nor exit. libjpeg leaves
/// by longjmp, so it is called through run() alone.
class JpegSession {
 public:
  explicit JpegSession(const PictureFile& file) : file_(file) {
    info.err = jpeg_std_error(&errors_);
    errors_.error_exit = [](j_common_ptr common) {
      longjmp(static_cast<JpegSession*>(common->client_data)->jump_, 1);
    };
    errors_.output_message = [](j_common_ptr) {};
    info.client_data = this;
    run([this] { jpeg_create_decompress(&info); });
    info.client_data = this;  // cleared by jpeg_create_decompress of other versions
    set_source();
    progress_.progress_monitor = [](j_common_ptr common) {
      auto* self = static_cast<JpegSession*>(common->client_data);
      if (self->info.input_scan_number <= kMaxScans) return;
      self->too_many_scans_ = true;
      longjmp(self->jump_, 1);
    };
    info.progress = &progress_;
  }
  ~JpegSession() { jpeg_destroy_decompress(&info); }
  JpegSession(const JpegSession&) = delete;
  JpegSession& operator=(const JpegSession&) = delete;

  /// Calls `steps`, which must own nothing that needs a destructor: an error
  /// of libjpeg jumps out of it and is thrown from here.
  template <class Steps>
  void run(const Steps& steps) {
    if (setjmp(jump_) != 0) fail_with_message();
    steps();
  }

  void read_header() {
    int found = JPEG_HEADER_TABLES_ONLY;
    run([&] {
      while (found == JPEG_HEADER_TABLES_ONLY) found = jpeg_read_header(&info, FALSE);
    });
    if (found != JPEG_HEADER_OK) fail_truncated(file_);
    if (info.num_components != 1 && info.num_components != 3 && info.num_components != 4)
      fail_damaged(file_, "it has neither 1, 3 nor 4 colour channels");
    check_size(file_, info.image_width, info.image_height);
  }

  jpeg_decompress_struct info{};

 private:
  [[noreturn]] void fail_with_message() {
    if (too_many_scans_)
      fail(ErrorKind::limit, "{}: the JPEG file has more than {} scans; save it again", file_.name,
           kMaxScans);
    char message[JMSG_LENGTH_MAX];
    errors_.format_message(reinterpret_cast<j_common_ptr>(&info), message);
    fail_damaged(file_, message);
  }

  /// The whole file at once. At its end libjpeg is told to wait for more,
  /// which never comes: a truncated picture is not filled up with grey.
  void set_source() {
    source_.next_input_byte = file_.bytes.data();
    source_.bytes_in_buffer = file_.bytes.size();
    source_.init_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = [](j_decompress_ptr) -> boolean { return FALSE; };
    source_.skip_input_data = [](j_decompress_ptr info, long count) {
      if (count <= 0) return;
      const size_t skipped = std::min(static_cast<size_t>(count), info->src->bytes_in_buffer);
      info->src->next_input_byte += skipped;
      info->src->bytes_in_buffer -= skipped;
    };
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = [](j_decompress_ptr) {};
    info.src = &source_;
  }

  const PictureFile& file_;
  jpeg_error_mgr errors_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  bool too_many_scans_ = false;
};

struct ColourSpace {
  Mode mode;
  J_COLOR_SPACE space;
};

ColourSpace colour_space_of(int channels) {
  if (channels == 1) return {Mode::l, JCS_GRAYSCALE};
  if (channels == 3) return {Mode::rgb, JCS_RGB};
  return {Mode::cmyk, JCS_CMYK};
}

/// Reads all rows into `pixels`; false where the file ends before.
bool read_rows(JpegSession& session, uint8_t* pixels, size_t row_bytes) {
  jpeg_decompress_struct& info = session.info;
  bool complete = false;
  session.run([&] {
    if (!jpeg_start_decompress(&info)) return;
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = pixels + row_bytes * info.output_scanline;
      if (jpeg_read_scanlines(&info, &row, 1) != 1) return;
    }
    jpeg_finish_decompress(&info);  // may find that the end is missing: all rows are there
    complete = true;
  });
  return complete;
}

/// Decodes at 1/`reduction` of the size (1, 2, 4 or 8), by smaller DCTs.
Image decode_reduced(const PictureFile& file, unsigned reduction) {
  JpegSession session(file);
  session.read_header();
  jpeg_decompress_struct& info = session.info;
  const ColourSpace colour = colour_space_of(info.num_components);
  info.out_color_space = colour.space;
  info.scale_num = 1;
  info.scale_denom = reduction;
  session.run([&] { jpeg_calc_output_dimensions(&info); });
  Image image = new_image(file, colour.mode, info.output_width, info.output_height);
  const size_t row_bytes = static_cast<size_t>(image.width) * bytes_per_pixel(image.mode);
  if (!read_rows(session, image.pixels.data(), row_bytes)) fail_truncated(file);
  // CMYK is taken to be stored inverted, as Adobe's programs do, whether they say so or not.
  if (image.mode == Mode::cmyk)
    for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(255 - value);
  return image;
}

/// The first EXIF block among the saved markers.
std::span<const uint8_t> exif_of(const jpeg_decompress_struct& info) {
  for (const jpeg_marker_struct* marker = info.marker_list; marker != nullptr;
       marker = marker->next)
    if (marker->data_length >= 6 && std::memcmp(marker->data, "Exif\0", 5) == 0)
      return {marker->data, marker->data_length};
  return {};
}

}  // namespace

Image decode_jpeg(const PictureFile& file) { return decode_reduced(file, 1); }

ImageInfo jpeg_info(const PictureFile& file) {
  JpegSession session(file);
  session.run([&] { jpeg_save_markers(&session.info, JPEG_APP0 + 1, 0xffff); });
  session.read_header();
  ImageInfo info;
  info.width = static_cast<int>(session.info.image_width);
  info.height = static_cast<int>(session.info.image_height);
  info.orientation = exif_orientation(exif_of(session.info));
  return info;
}

}  // namespace tandem
