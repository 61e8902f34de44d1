// Pickles written opcode by opcode.
#pragma once

#include <cstdint>
#include <string>

namespace tandem_test {

inline std::string pickled_text(const std::string& text) {  // BINUNICODE
  std::string bytes = "X";
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(text.size() >> (8 * i) & 0xff);
  return bytes + text;
}

inline std::string pickled_number(int64_t number) {  // LONG1
  std::string bytes = "\x8a\x08";
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

inline std::string pickled_tuple(const std::string& items) { return "(" + items + "t"; }

inline std::string pickled_global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}

inline std::string pickle_of(const std::string& body) { return "\x80\x02" + body + "."; }

/// A storage's persistent id.
inline std::string pickled_storage(const std::string& key, int64_t elements,
                                   const std::string& type = "FloatStorage",
                                   const std::string& view = "") {
  return pickled_tuple(pickled_text("storage") + pickled_global("torch", type) + pickled_text(key) +
                       pickled_text("cpu") + pickled_number(elements) + view) +
         "Q";
}

struct PickledTensor {
  std::string storage = pickled_storage("0", 4);
  int64_t offset = 0;
  std::string shape = pickled_number(4);
  std::string strides = pickled_number(1);

  std::string bytes() const {
    return pickled_global("torch._utils", "_rebuild_tensor_v2") +
           pickled_tuple(storage + pickled_number(offset) + pickled_tuple(shape) +
                         pickled_tuple(strides) + "\x89" +
                         pickled_global("collections", "OrderedDict") + ")R") +
           "R";
  }
};

/// {name: tensor}
inline std::string pickled_dict(const std::string& name, const std::string& value) {
  return "}" + pickled_text(name) + value + "s";
}

}  // namespace tandem_test
