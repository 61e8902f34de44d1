#include "image/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "image/resample_kernel.h"

namespace tandem {
namespace {

void divide_by_alpha(std::vector<uint8_t>& pixels, int channels) {
  for (size_t at = 0; at < pixels.size(); at += channels) {
    const unsigned alpha = pixels[at + channels - 1];
    if (alpha == 0 || alpha == 255) continue;
    for (int c = 0; c + 1 < channels; ++c) {
      pixels[at + c] = static_cast<uint8_t>(std::min(255 * pixels[at + c] / alpha, 255u));
    }
  }
}

// The rows of a picture as a kernel may read them: premultiplied where asked, with
// kReadAhead readable bytes behind each.
class RowReader {
 public:
  RowReader(const Samples<uint8_t>& source, bool premultiply, const ResampleKernel& kernel)
      : source_(source),
        premultiply_(premultiply),
        kernel_(kernel),
        row_bytes_(static_cast<size_t>(source.width) * source.channels),
        copies_(kRowsAtOnce) {}

  // `slot` of kRowsAtOnce keeps the row until it is asked for another.
  const uint8_t* row(int y, int slot) {
    const uint8_t* row = source_.data + y * row_bytes_;
    const size_t behind = (source_.height - 1 - y) * row_bytes_;
    if (!premultiply_ && behind >= kReadAhead) return row;
    std::vector<uint8_t>& copy = copies_[slot];
    copy.resize(row_bytes_ + kReadAhead);
    if (premultiply_) {
      kernel_.premultiply(row, source_.width, source_.channels, copy.data());
    } else {
      std::copy_n(row, row_bytes_, copy.data());
    }
    return copy.data();
  }

 private:
  const Samples<uint8_t>& source_;
  bool premultiply_;
  const ResampleKernel& kernel_;
  size_t row_bytes_;
  std::vector<std::vector<uint8_t>> copies_;
};

// Source rows [begin, end) that the outputs of an axis read.
struct RowRange {
  int begin = 0;
  int end = 0;
};

template <class Weight>
RowRange rows_read(const Taps<Weight>& taps) {
  return {taps.first.front(), taps.first.back() + taps.count.back()};
}

// Columns of the window, rows of `range`, horizontally resampled.
std::vector<uint8_t> horizontal_pass(const Samples<uint8_t>& source, const TapsView& taps,
                                     RowRange range, bool premultiply,
                                     const ResampleKernel& kernel) {
  const size_t out_bytes = static_cast<size_t>(taps.outputs) * source.channels;
  std::vector<uint8_t> result(out_bytes * (range.end - range.begin));
  RowReader reader(source, premultiply, kernel);
  for (int y = range.begin; y < range.end; y += kRowsAtOnce) {
    const uint8_t* rows[kRowsAtOnce];
    uint8_t* out[kRowsAtOnce];
    for (int r = 0; r < kRowsAtOnce; ++r) {
      // The last block repeats its last row.
      const int row = std::min(y + r, range.end - 1);
      rows[r] = row == y + r ? reader.row(row, r) : rows[r - 1];
      out[r] = result.data() + (row - range.begin) * out_bytes;
    }
    kernel.horizontal(taps, source.channels, rows, out);
  }
  return result;
}

// The window's columns of the rows of `range`, as they are or premultiplied.
std::vector<uint8_t> copy_columns(const Samples<uint8_t>& source, int left, int columns,
                                  RowRange range, bool premultiply, const ResampleKernel& kernel) {
  const size_t bytes = static_cast<size_t>(columns) * source.channels;
  std::vector<uint8_t> result(bytes * (range.end - range.begin));
  for (int y = range.begin; y < range.end; ++y) {
    const uint8_t* from =
        source.data + (static_cast<size_t>(y) * source.width + left) * source.channels;
    uint8_t* to = result.data() + (y - range.begin) * bytes;
    if (premultiply) {
      kernel.premultiply(from, columns, source.channels, to);
    } else {
      std::copy_n(from, bytes, to);
    }
  }
  return result;
}

int32_t round_to(double sum, int32_t) {
  // Half away from zero with a float half, as Pillow's ROUND_UP; what int cannot
  // hold becomes what the x86 conversion gives.
  const double rounded = sum >= 0.0 ? sum + 0.5F : sum - 0.5F;
  if (!(rounded > -2147483649.0 && rounded < 2147483648.0)) {
    return std::numeric_limits<int32_t>::min();
  }
  return static_cast<int32_t>(rounded);
}

float round_to(double sum, float) { return static_cast<float>(sum); }

// One sum for every output of both axes: element `i` of `taps` starting at
// `source`, samples `step` apart.
template <class Sample>
Sample weigh(const Taps<double>& taps, int i, const Sample* source, size_t step) {
  const double* weights = taps.weights.data() + static_cast<size_t>(i) * taps.stride;
  source += taps.first[i] * step;
  double sum = 0.0;
  for (int t = 0; t < taps.count[i]; ++t) sum += source[t * step] * weights[t];
  return round_to(sum, Sample{});
}

}  // namespace

std::vector<uint8_t> resample_bytes(const Samples<uint8_t>& source, int width, int height,
                                    Filter filter, Window window, bool premultiply, Isa isa) {
  const ResampleKernel& kernel = resample_kernel(isa);
  const bool stretch_rows = height != source.height;
  RowRange range{window.top, window.top + window.height};
  Taps<int32_t> down;
  if (stretch_rows) {
    down = to_fixed_point(
        compute_taps(source.height, height, filter, window.top, window.top + window.height));
    range = rows_read(down);
  }

  std::vector<uint8_t> columns;
  if (width != source.width) {
    const PackedTaps across(to_fixed_point(compute_taps(source.width, width, filter, window.left,
                                                        window.left + window.width)),
                            kernel.group_of(source.channels));
    columns = horizontal_pass(source, across.view(), range, premultiply, kernel);
  } else {
    columns = copy_columns(source, window.left, window.width, range, premultiply, kernel);
  }

  std::vector<uint8_t> result;
  if (stretch_rows) {
    const int row_bytes = window.width * source.channels;
    result.resize(static_cast<size_t>(row_bytes) * window.height);
    for (int y = 0; y < window.height; ++y) {
      kernel.vertical(columns.data() + static_cast<size_t>(down.first[y] - range.begin) * row_bytes,
                      row_bytes, down.weights.data() + static_cast<size_t>(y) * down.stride,
                      down.count[y], row_bytes, result.data() + static_cast<size_t>(y) * row_bytes);
    }
  } else {
    result = std::move(columns);
  }
  if (premultiply) divide_by_alpha(result, source.channels);
  return result;
}

template <class Sample>
std::vector<Sample> resample_wide(const Samples<Sample>& source, int width, int height,
                                  Filter filter, Window window) {
  const bool stretch_rows = height != source.height;
  RowRange range{window.top, window.top + window.height};
  Taps<double> down;
  if (stretch_rows) {
    down = compute_taps(source.height, height, filter, range.begin, range.end);
    range = rows_read(down);
  }
  std::optional<Taps<double>> across;
  if (width != source.width) {
    across = compute_taps(source.width, width, filter, window.left, window.left + window.width);
  }

  const size_t columns = static_cast<size_t>(window.width);
  std::vector<Sample> rows(columns * (range.end - range.begin));
  for (int y = range.begin; y < range.end; ++y) {
    const Sample* from = source.data + static_cast<size_t>(y) * source.width;
    Sample* to = rows.data() + (y - range.begin) * columns;
    for (int x = 0; x < window.width; ++x) {
      to[x] = across ? weigh(*across, x, from, 1) : from[window.left + x];
    }
  }
  if (!stretch_rows) return rows;

  for (int& first : down.first) first -= range.begin;
  std::vector<Sample> result(columns * window.height);
  for (int y = 0; y < window.height; ++y) {
    for (size_t x = 0; x < columns; ++x) {
      result[y * columns + x] = weigh(down, y, rows.data() + x, columns);
    }
  }
  return result;
}

template std::vector<int32_t> resample_wide(const Samples<int32_t>&, int, int, Filter, Window);
template std::vector<float> resample_wide(const Samples<float>&, int, int, Filter, Window);

}  // namespace tandem
