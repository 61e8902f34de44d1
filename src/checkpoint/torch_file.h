// What torch.save and TorchScript write, opened without executing anything.
//
// Three containers (torch/serialization.py): the zip archive with `data.pkl` and
// one entry per storage, the same as a TorchScript archive whose root is a module
// under `__torch__.`, and the older file of five pickles and the storages' bytes.
// The still older tar is refused by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "base/tensor.h"
#include "checkpoint/pickle.h"

namespace tandem {

struct TorchFile {
  std::string name;
  Pickle pickle;  // the values: pickle.root
  /// The whole storages that the pickle uses, by key; they stand in the bytes
  /// that were parsed or, where an archive deflates them, in `buffers`.
  std::map<std::string, std::span<const std::byte>, std::less<>> storages;
  std::deque<std::vector<std::byte>> buffers;
  uint64_t file_bytes = 0;
};

/// Reads a whole file's bytes, which must outlive the result; `name` begins the
/// sentence of errors. bad_model where it is damaged, unsupported (by name) for
/// big-endian files, the tar format, and whatever parse_pickle and parse_zip refuse.
TorchFile parse_torch_file(std::span<const std::byte> bytes, const std::string& name);

/// The tensors of the state dict in such a file: the root's own dict, or the one
/// under its key "state_dict" or "model" (training checkpoints; then the prefix
/// "module." goes where the first name has it), or the parameters and buffers of a
/// TorchScript module tree under dotted names, where whole numbers that the root
/// module keeps become scalars of I64. Contiguous tensors stay in place, at any
/// alignment; others are copied. bad_model for tensors outside of their storage,
/// whose elements overlap, or where there is none; limit above four times the
/// file's bytes of copies.
TensorStore state_dict_of(TorchFile&& file);

/// Maps the file; the store keeps the mapping.
TensorStore read_state_dict(const std::string& path);

}  // namespace tandem
