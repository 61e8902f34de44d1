// LittleCMS evaluates the formulas at 33 values an axis, rounds to 16 bits and
// interpolates between them with integers (cmsopt.c, OptimizeByResampling;
// cmsintrp.c, TetrahedralInterp16). The rounding of every step is theirs: white
// becomes 254, 255, 254.
#include "image/lab.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tandem {
namespace {

constexpr int kNodes = 33;
using Node = std::array<uint16_t, 3>;
using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

constexpr Vector kD50 = {0.9642, 1.0, 0.8249};
// The largest XYZ that an ICC profile encodes: pipelines carry XYZ divided by it.
constexpr double kMaxXyz = 1.0 + 32767.0 / 32768.0;

Vector operator*(const Matrix& m, const Vector& v) {
  Vector result = {};
  for (int i = 0; i < 3; ++i) result[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return result;
}

Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix result = {};
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      result[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
    }
  }
  return result;
}

Matrix inverse(const Matrix& m) {
  const auto cofactor = [&](int i, int j) {
    const int i1 = (i + 1) % 3, i2 = (i + 2) % 3, j1 = (j + 1) % 3, j2 = (j + 2) % 3;
    return m[i1][j1] * m[i2][j2] - m[i1][j2] * m[i2][j1];
  };
  const double determinant =
      m[0][0] * cofactor(0, 0) + m[0][1] * cofactor(0, 1) + m[0][2] * cofactor(0, 2);
  Matrix result;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) result[j][i] = cofactor(i, j) / determinant;
  }
  return result;
}

Matrix diagonal(const Vector& v) { return {{{v[0], 0, 0}, {0, v[1], 0}, {0, 0, v[2]}}}; }

// D50 XYZ to linear sRGB: Rec. 709 primaries and D65 by their chromaticities,
// adapted to D50 by Bradford's matrix.
Matrix rgb_from_xyz() {
  constexpr Matrix kPrimaries = {{{0.64, 0.30, 0.15}, {0.33, 0.60, 0.06}, {0.03, 0.10, 0.79}}};
  constexpr Matrix kBradford = {
      {{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}};
  const Vector d65 = {0.3127 / 0.3290, 1.0, (1.0 - 0.3127 - 0.3290) / 0.3290};
  const Matrix primaries = kPrimaries * diagonal(inverse(kPrimaries) * d65);
  const Vector from = kBradford * d65;
  const Vector to = kBradford * kD50;
  const Matrix adapt = inverse(kBradford) *
                       diagonal({to[0] / from[0], to[1] / from[1], to[2] / from[2]}) * kBradford;
  return inverse(adapt * primaries);
}

// Pipelines carry floats from stage to stage.
double as_float(double value) { return static_cast<float>(value); }

// CIE 1976: the inverse of f(t) = cube root, with its linear part near black.
double inverse_f(double f) {
  return f <= 24.0 / 116.0 ? (108.0 / 841.0) * (f - 16.0 / 116.0) : f * f * f;
}

// IEC 61966-2-1, as the inverse of its parametric curve.
double encode(double linear) {
  const double a = 1.0 / 1.055, b = 0.055 / 1.055, c = 1.0 / 12.92, d = 0.04045;
  static const double knee = std::pow(a * d + b, 2.4);
  return linear >= knee ? (std::pow(linear, 1.0 / 2.4) - b) / a : linear / c;
}

uint16_t to_16_bits(double value) {
  return static_cast<uint16_t>(std::clamp(std::floor(value * 65535.0 + 0.5), 0.0, 65535.0));
}

Node node_at(double l, double a, double b, const Matrix& matrix) {
  const double fy = (l * 100.0 + 16.0) / 116.0;
  const double fx = fy + 0.002 * (a * 255.0 - 128.0);
  const double fz = fy - 0.005 * (b * 255.0 - 128.0);
  const Vector xyz = {as_float(inverse_f(fx) * kD50[0] / kMaxXyz),
                      as_float(inverse_f(fy) * kD50[1] / kMaxXyz),
                      as_float(inverse_f(fz) * kD50[2] / kMaxXyz)};
  const Vector linear = matrix * xyz;
  Node node;
  for (int c = 0; c < 3; ++c) node[c] = to_16_bits(as_float(encode(as_float(linear[c]))));
  return node;
}

std::vector<Node> make_nodes() {
  Matrix matrix = rgb_from_xyz();
  for (Vector& row : matrix) {
    for (double& element : row) element *= kMaxXyz;
  }
  std::array<double, kNodes> axis;
  for (int i = 0; i < kNodes; ++i) {
    axis[i] = as_float(to_16_bits(i / (kNodes - 1.0)) / 65535.0);
  }
  std::vector<Node> nodes;
  nodes.reserve(size_t{kNodes} * kNodes * kNodes);
  for (const double l : axis) {
    for (const double a : axis) {
      for (const double b : axis) nodes.push_back(node_at(l, a, b, matrix));
    }
  }
  return nodes;
}

// A byte as a place between nodes: 16 bits of integer, 16 of fraction.
uint32_t place_of(uint8_t value) {
  const uint32_t scaled = value * 257u * (kNodes - 1);
  return scaled + (scaled + 0x7fff) / 0xffff;
}

}  // namespace

std::array<uint8_t, 3> rgb_from_lab(const uint8_t* lab) {
  static const std::vector<Node> nodes = make_nodes();
  struct Axis {
    uint32_t fraction;
    size_t step;
  };
  constexpr size_t kSteps[] = {kNodes * kNodes, kNodes, 1};
  size_t at = 0;
  Axis axes[3];
  for (int i = 0; i < 3; ++i) {
    const uint32_t place = place_of(lab[i]);
    at += (place >> 16) * kSteps[i];
    axes[i] = {place & 0xffff, lab[i] == 255 ? 0 : kSteps[i]};
  }
  // The tetrahedron's edges: along the axes, the largest fraction first.
  std::sort(axes, axes + 3, [](const Axis& x, const Axis& y) { return x.fraction > y.fraction; });
  const Node& origin = nodes[at];
  int64_t rest[3] = {0x8001, 0x8001, 0x8001};
  for (const Axis& axis : axes) {
    const Node& from = nodes[at];
    at += axis.step;
    for (int c = 0; c < 3; ++c) rest[c] += (nodes[at][c] - from[c]) * int64_t{axis.fraction};
  }
  std::array<uint8_t, 3> rgb;
  for (int c = 0; c < 3; ++c) {
    const int64_t value = origin[c] + ((rest[c] + (rest[c] >> 16)) >> 16);
    rgb[c] =
        static_cast<uint8_t>((static_cast<uint32_t>(value & 0xffff) * 65281u + 8388608u) >> 24);
  }
  return rgb;
}

}  // namespace tandem
