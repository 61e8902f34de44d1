// Python pickles as inert data: a closed list of opcodes and globals, nothing is ever executed.
//
// The list holds what torch.save and TorchScript write with protocols 2 to 5
// (opcodes: CPython's Lib/pickletools.py; globals: pickle_globals.cpp). Anything
// else is refused by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/tensor.h"

namespace tandem {

struct PickleValue;
/// Values may be shared and may even contain themselves: whoever walks them
/// bounds depth and visits.
using PickleItems = std::vector<const PickleValue*>;

struct PickleNone {};
/// A whole number beyond 64 bits: little endian, two's complement.
struct PickleLong {
  std::string bytes;
};
struct PickleBytes {
  std::string bytes;
};
struct PickleTuple {
  PickleItems items;
};
/// A list or a set.
struct PickleList {
  PickleItems items;
};
/// In the order written; a key may be there twice.
struct PickleDict {
  std::vector<std::pair<const PickleValue*, const PickleValue*>> items;
};
/// A class or function of the closed list, named and never called.
struct PickleGlobal {
  std::string name;
};
/// Elements [first, first + elements) of the storage that the file keeps under `key`.
struct PickleStorage {
  std::string_view key;  // stands in another value
  DType dtype = DType::f32;
  int64_t first = 0;
  int64_t elements = 0;
};
/// As written, unchecked against the storage; strides and offset in elements.
struct PickleTensor {
  const PickleStorage* storage = nullptr;
  int64_t offset = 0;
  Shape shape;
  Shape strides;
};
/// An instance of a class of the closed list or of one under `__torch__.`.
struct PickleObject {
  std::string_view class_name;             // stands in another value
  const PickleValue* arguments = nullptr;  // null or a tuple
  const PickleValue* state = nullptr;      // null where there was none
};

struct PickleValue {
  std::variant<PickleNone, bool, int64_t, double, PickleLong, std::string, PickleBytes, PickleTuple,
               PickleList, PickleDict, PickleGlobal, PickleStorage, PickleTensor, PickleObject>
      value;

  /// The value as this alternative, or null.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
};

/// One pickle. Owns all values; `root` is among them. Move only.
struct Pickle {
  Pickle() = default;
  Pickle(Pickle&&) = default;
  Pickle& operator=(Pickle&&) = default;

  /// A storage of the file as a whole, whatever views of it the tensors use.
  struct Storage {
    DType dtype;
    int64_t elements;
  };

  std::deque<PickleValue> values;
  const PickleValue* root = nullptr;
  std::map<std::string, Storage, std::less<>> storages;  // by key
  size_t bytes_read = 0;                                 // up to and with STOP
};

/// Reads the pickle at the beginning of `bytes`; `name` begins the sentence of
/// errors. bad_model where it is damaged, unsupported (by name) for an opcode or
/// a global outside the list, limit above 4 million values, 32 million opcodes
/// or 256 MB of text.
Pickle parse_pickle(std::span<const std::byte> bytes, const std::string& name);

}  // namespace tandem
