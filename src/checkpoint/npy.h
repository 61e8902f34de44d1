// Numpy's .npy: one array to a file.
//
// "\x93NUMPY", version, header length, a Python dict with descr, fortran_order and
// shape, padding, then the elements (numpy/lib/format.py).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/mapped_file.h"
#include "base/tensor.h"

namespace tandem {

/// Checks a whole file's bytes, versions 1 to 3; the view borrows them. `name` begins the
/// sentence of errors. bad_input where the file is damaged; unsupported (by
/// name) for Fortran order, big-endian and other types than '<f8' '<f4' '<f2'
/// '<i8' '<i4' '<i2' '|i1' '|u1' '|b1'.
TensorView parse_npy(std::span<const std::byte> bytes, const std::string& name);

struct NpyFile {
  MappedFile file;
  TensorView array;  // stands in the mapping, aligned as numpy aligns it
};
NpyFile read_npy(const std::string& path);

/// What stands before the elements in a file of version 1, a multiple of 64
/// bytes; for callers that write the elements as they come.
std::string npy_header(DType dtype, const Shape& shape);

/// Writes the file whole or not at all. bad_input for BF16, which numpy lacks, or
/// bytes that do not fit the shape.
void write_npy(const std::string& path, const TensorView& array);
/// Floats of this shape; as many as it has elements.
void write_npy(const std::string& path, const Shape& shape, std::span<const float> values);

}  // namespace tandem
