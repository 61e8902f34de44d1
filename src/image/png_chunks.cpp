#include "image/png_chunks.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "base/fail.h"

namespace tandem {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint32_t id_of(const char (&name)[5]) {
  return uint32_t(uint8_t(name[0])) << 24 | uint32_t(uint8_t(name[1])) << 16 |
         uint32_t(uint8_t(name[2])) << 8 | uint8_t(name[3]);
}

// Pillow's limits on what texts and profiles inflate to (PngImagePlugin.MAX_TEXT_*).
constexpr size_t kMaxInflated = size_t{1} << 20;
constexpr size_t kMaxText = 64 * kMaxInflated;

/// How many bytes a zlib stream inflates to, its bytes thrown away; 0 for a
/// damaged one, which Pillow ignores. More than kMaxInflated are refused.
size_t inflated_size(const PictureFile& file, Bytes compressed) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  stream.next_in = const_cast<uint8_t*>(compressed.data());
  stream.avail_in = static_cast<uInt>(std::min<size_t>(compressed.size(), UINT32_MAX));
  uint8_t thrown_away[4096];
  int state = Z_OK;
  while (state == Z_OK && stream.total_out < kMaxInflated) {
    stream.next_out = thrown_away;
    stream.avail_out =
        static_cast<uInt>(std::min<size_t>(sizeof thrown_away, kMaxInflated - stream.total_out));
    state = inflate(&stream, Z_NO_FLUSH);
  }
  if (state == Z_OK && stream.avail_in > 0)
    fail(ErrorKind::limit,
         "{}: a compressed text or profile in the PNG file inflates to more than {} bytes; save it "
         "without metadata",
         file.name, kMaxInflated);
  return state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR ? stream.total_out : 0;
}

/// The position of the first zero byte from `from` on, or the size.
size_t zero_in(Bytes bytes, size_t from = 0) {
  return static_cast<size_t>(std::find(bytes.begin() + from, bytes.end(), 0) - bytes.begin());
}

}  // namespace

PngChunks::PngChunks(const PictureFile& file) : file_(file), reader_(file, true) {
  reader_.take(8);  // the signature
}

/// Nothing where the file ends or is no sequence of chunks any more.
std::optional<PngChunks::Chunk> PngChunks::next() {
  if (reader_.left() < 8) return std::nullopt;
  const uint32_t length = reader_.u32();
  const Bytes id = reader_.take(4);
  const auto is_letter = [](uint8_t byte) {
    return byte < 128 && (std::isalnum(byte) || byte == '_');
  };
  if (!std::all_of(id.begin(), id.end(), is_letter)) return std::nullopt;
  return Chunk{static_cast<uint32_t>(number_in(id, true)), length};
}

const PngHeader& PngChunks::header() {
  for (;;) {
    const std::optional<Chunk> chunk = next();
    if (!chunk) {
      if (reader_.left() < 8) fail_truncated(file_);
      fail_damaged(file_, "what follows a chunk is no chunk");
    }
    Bytes body;
    switch (read(*chunk, &body)) {
      case Kind::data:
        data_left_ = chunk->length - (chunk->id == id_of("fdAT") ? 4 : 0);
        animated_ = frames_ > 1;
        return header_;
      case Kind::end: fail_damaged(file_, "it holds no picture");
      case Kind::ordinary: check(*chunk, body);
    }
  }
}

void PngChunks::check(const Chunk& chunk, Bytes body) {
  const uint8_t id[4] = {static_cast<uint8_t>(chunk.id >> 24), static_cast<uint8_t>(chunk.id >> 16),
                         static_cast<uint8_t>(chunk.id >> 8), static_cast<uint8_t>(chunk.id)};
  const uLong sum = crc32_z(crc32_z(0, id, 4), body.data(), body.size());
  if (sum != reader_.u32()) fail_damaged(file_, "the checksum of a chunk is wrong");
}

Bytes PngChunks::data() {
  while (data_left_ == 0) {
    reader_.take_up_to(4);  // checksum
    const std::optional<Chunk> chunk = next();
    if (!chunk) fail_truncated(file_);
    if (chunk->id == id_of("fdAT")) {
      Bytes body;
      read(*chunk, &body);
      data_left_ = chunk->length - 4;
    } else if (chunk->id == id_of("IDAT") || chunk->id == id_of("DDAT")) {
      data_left_ = chunk->length;
    } else {
      fail_truncated(file_);
    }
  }
  const Bytes piece = reader_.take_up_to(std::min<uint64_t>(kPiece, data_left_));
  if (piece.empty()) fail_truncated(file_);
  data_left_ -= piece.size();
  return piece;
}

void PngChunks::skip_data() {
  for (;;) {
    reader_.take_up_to(data_left_);
    data_left_ = 0;
    const size_t end = reader_.position();
    reader_.take_up_to(4);  // checksum
    const std::optional<Chunk> chunk = next();
    if (!chunk || chunk->id != id_of("IDAT")) return reader_.seek(end);
    data_left_ = chunk->length;
  }
}

void PngChunks::finish() {
  reader_.take_up_to(data_left_);
  for (;;) {
    reader_.take_up_to(4);  // checksum
    const std::optional<Chunk> chunk = next();
    if (!chunk || chunk->id == id_of("IEND")) return;
    if (chunk->id == id_of("fcTL") && animated_) return;  // the next frame begins
    Bytes body;
    if (read(*chunk, &body) == Kind::data)
      reader_.take(chunk->length - (chunk->id == id_of("fdAT") ? 4 : 0));
  }
}

PngChunks::Kind PngChunks::read(const Chunk& chunk, Bytes* body) {
  if (chunk.id == id_of("IDAT")) {
    if (frames_ > 0 && !header_.frame) ++frames_;  // a default picture beside the animation
    return Kind::data;
  }
  if (chunk.id == id_of("IEND")) return Kind::end;
  if (chunk.id == id_of("fdAT")) {
    if (chunk.length < 4) fail_damaged(file_, "a frame's data are too short");
    if (!sequence_) fail_damaged(file_, "its frames are out of order");
    read_sequence(reader_.u32());
    return Kind::data;
  }
  *body = reader_.take(chunk.length);
  const auto at_least = [&](size_t bytes) {
    if (body->size() < bytes) fail_damaged(file_, "a chunk is too short");
  };
  const bool palette = header_.colour == 3;
  switch (chunk.id) {
    case id_of("IHDR"): at_least(13), read_ihdr(*body); break;
    case id_of("PLTE"):
      if (palette) header_.palette.assign(body->begin(), body->end());
      break;
    case id_of("tRNS"):  // ignored, but Pillow reads its numbers
      if (header_.colour == 0) at_least(2);
      if (header_.colour == 2) at_least(6);
      break;
    case id_of("gAMA"): at_least(4); break;
    case id_of("cHRM"):
      if (body->size() % 4 != 0) fail_damaged(file_, "a chunk has an impossible length");
      break;
    case id_of("sRGB"): at_least(1); break;
    case id_of("pHYs"): at_least(9); break;
    case id_of("eXIf"): header_.exif.assign(body->begin(), body->end()); break;
    case id_of("acTL"): at_least(8), read_animation(*body); break;
    case id_of("fcTL"): at_least(26), read_frame(*body); break;
    case id_of("iCCP"):
    case id_of("tEXt"):
    case id_of("zTXt"):
    case id_of("iTXt"): read_text(chunk.id, *body); break;
    default: break;
  }
  return Kind::ordinary;
}

void PngChunks::read_ihdr(Bytes body) {
  header_.width = static_cast<int64_t>(number_in(body.first(4), true));
  header_.height = static_cast<int64_t>(number_in(body.subspan(4, 4), true));
  header_.depth = body[8];
  header_.colour = body[9];
  if (body[11] != 0) fail_damaged(file_, "its filter method is unknown");
  if (body[12] != 0) header_.interlaced = true;
}

void PngChunks::read_animation(Bytes body) {
  const uint64_t frames = number_in(body.first(4), true);
  if (frames_ > 0)  // announced twice: no animation
    frames_ = 0;
  else if (frames > 0 && frames <= 0x80000000)
    frames_ = static_cast<int64_t>(frames);
}

void PngChunks::read_sequence(uint32_t number) {
  if (sequence_ ? number != *sequence_ + 1 : number != 0)
    fail_damaged(file_, "its frames are out of order");
  sequence_ = number;
}

void PngChunks::read_frame(Bytes body) {
  read_sequence(static_cast<uint32_t>(number_in(body.first(4), true)));
  const auto field = [&](size_t at) {
    return static_cast<int64_t>(number_in(body.subspan(at, 4), true));
  };
  const PngHeader::Frame frame{field(12), field(16), field(4), field(8)};
  if (frame.left + frame.width > header_.width || frame.top + frame.height > header_.height)
    fail_damaged(file_, "a frame reaches outside the picture");
  header_.frame = frame;
}

/// Texts and profiles are not used, but one that inflates without bound is refused.
void PngChunks::read_text(uint32_t id, Bytes body) {
  const size_t keyword = zero_in(body);
  const bool has_value = keyword < body.size();
  const Bytes value = has_value ? body.subspan(keyword + 1) : Bytes{};
  if (id == id_of("iCCP")) {
    if (!has_value) fail_damaged(file_, "a profile has no name");
    if (value.size() > 1) inflated_size(file_, value.subspan(1));
  } else if (id == id_of("tEXt")) {
    if (keyword > 0) add_text(value.size());
  } else if (id == id_of("zTXt")) {
    if (!value.empty() && value[0] != 0) fail_damaged(file_, "a text's compression is unknown");
    const size_t size = value.size() > 1 ? inflated_size(file_, value.subspan(1)) : 0;
    if (keyword > 0) add_text(size);
  } else if (value.size() >= 2) {  // iTXt: flag, method, language, keyword, text
    const size_t language = zero_in(value, 2);
    if (language == value.size()) return;
    const size_t translated = zero_in(value, language + 1);
    if (translated == value.size()) return;
    const Bytes text = value.subspan(translated + 1);
    if (value[0] != 0 && value[1] != 0) return;
    add_text(value[0] != 0 ? inflated_size(file_, text) : text.size());
  }
}

void PngChunks::add_text(size_t bytes) {
  text_bytes_ += bytes;
  if (text_bytes_ > kMaxText)
    fail(ErrorKind::limit,
         "{}: the texts in the PNG file come to more than {} bytes; save it without metadata",
         file_.name, kMaxText);
}

}  // namespace tandem
