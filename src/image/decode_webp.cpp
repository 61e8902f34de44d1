// WebP by libwebp; of an animation the first frame, placed on its canvas.
#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "image/decoders.h"

namespace tandem {
namespace {

struct DemuxerDeleter {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, DemuxerDeleter>;

struct FrameDeleter {
  void operator()(WebPIterator* frame) const { WebPDemuxReleaseIterator(frame); }
};

Demuxer open(const PictureFile& file) {
  const WebPData data{file.bytes.data(), file.bytes.size()};
  Demuxer demuxer(WebPDemux(&data));  // null for an incomplete file, as for a damaged one
  if (!demuxer) fail_damaged(file, "it is incomplete or its chunks contradict each other");
  return demuxer;
}

}  // namespace

Image decode_webp(const PictureFile& file) {
  const Demuxer demuxer = open(file);
  WebPBitstreamFeatures features;
  const bool opaque =
      WebPGetFeatures(file.bytes.data(), file.bytes.size(), &features) == VP8_STATUS_OK &&
      !features.has_alpha;
  check_size(file, WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH),
             WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
  WebPIterator frame;
  if (!WebPDemuxGetFrame(demuxer.get(), 1, &frame)) fail_damaged(file, "it has no frame");
  const std::unique_ptr<WebPIterator, FrameDeleter> guard(&frame);

  Image image = new_image(file, opaque ? Mode::rgb : Mode::rgba,
                          WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH),
                          WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
  if (frame.x_offset < 0 || frame.y_offset < 0 || frame.width > image.width - frame.x_offset ||
      frame.height > image.height - frame.y_offset)
    fail_damaged(file, "its frame reaches outside the picture");
  const size_t pixel = bytes_per_pixel(image.mode);
  const size_t stride = image.width * pixel;
  const size_t start = frame.y_offset * stride + frame.x_offset * pixel;

  WebPDecoderConfig config;
  WebPInitDecoderConfig(&config);
  config.output.colorspace = opaque ? MODE_RGB : MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.pixels.data() + start;
  config.output.u.RGBA.stride = static_cast<int>(stride);
  config.output.u.RGBA.size = image.pixels.size() - start;
  if (WebPDecode(frame.fragment.bytes, frame.fragment.size, &config) != VP8_STATUS_OK)
    fail_damaged(file, "its picture cannot be decoded");
  return image;
}

ImageInfo webp_info(const PictureFile& file) {
  const Demuxer demuxer = open(file);
  ImageInfo info;
  info.width = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH));
  info.height = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
  check_size(file, info.width, info.height);
  WebPChunkIterator chunk;
  if (WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk)) {
    info.orientation = exif_orientation({chunk.chunk.bytes, chunk.chunk.size});
    WebPDemuxReleaseChunkIterator(&chunk);
  }
  return info;
}

}  // namespace tandem
