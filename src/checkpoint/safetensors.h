// The safetensors container: reading (mapped, nothing copied), writing, and folders of shards.
//
// A file is an 8-byte little-endian length, a JSON header of that length
// ({"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__":
// {string: string}}) and the tensors' bytes, which the offsets must tile without
// a hole, an overlap or a rest (huggingface/safetensors, README "Format").
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/tensor.h"

namespace tandem {

using SafetensorsMetadata = std::map<std::string, std::string>;

/// What the header says; the views borrow the bytes that were parsed.
struct SafetensorsContent {
  std::map<std::string, TensorView, std::less<>> tensors;
  SafetensorsMetadata metadata;
};

/// Checks and reads a whole file's bytes; `name` begins the sentence of errors.
/// bad_model where the format's rules are broken, unsupported (by name) for a
/// dtype other than F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL, bad_input where the
/// header is no JSON, limit for a header above the format's 100 MB.
SafetensorsContent parse_safetensors(std::span<const std::byte> bytes, const std::string& name);

/// Maps the file; the store's views stand in the mapping, at any alignment.
TensorStore read_safetensors(const std::string& path);
SafetensorsMetadata read_safetensors_metadata(const std::string& path);

/// All shards that a `*.index.json` names, which must be plain file names in the
/// index's own folder, each read by `read`. bad_model where a shard lacks a
/// tensor that the index puts there, holds one that it does not name, or repeats one.
TensorStore read_shards(const std::string& index_path, TensorStore (*read)(const std::string&));

/// The shards of a `*.safetensors.index.json`.
TensorStore read_sharded_safetensors(const std::string& index_path);

struct NamedTensor {
  std::string name;
  TensorView tensor;
};

/// Writes the file whole or not at all. The order of the bytes is that of the
/// reference implementation (widest dtype first, then by name), whatever the
/// order given, so that equal contents give equal files. bad_input for a
/// repeated, reserved or non-UTF-8 name, or bytes that do not fit the shape.
void write_safetensors(const std::string& path, std::vector<NamedTensor> tensors,
                       const SafetensorsMetadata& metadata = {});

}  // namespace tandem
