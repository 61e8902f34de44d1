// The stack machine behind parse_pickle; internal to pickle*.cpp.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "checkpoint/field_reader.h"
#include "checkpoint/pickle.h"

namespace tandem {

class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> bytes, const std::string& name)
      : in_(bytes, name), name_(name) {}

  Pickle run();

 private:
  template <class... Args>
  [[noreturn]] void damaged(fmt::format_string<Args...> fact, Args&&... args) const {
    fail(ErrorKind::bad_model, "{}: the pickle {}; it is damaged, get it again", name_,
         fmt::format(fact, std::forward<Args>(args)...));
  }

  // Each serves one family of opcodes (pickle.cpp) and says whether it knew this one.
  bool push_scalar(uint8_t opcode);
  bool push_text(uint8_t opcode);
  bool push_container(uint8_t opcode);
  bool fill_container(uint8_t opcode);
  bool move_on_stack(uint8_t opcode);
  bool use_memo(uint8_t opcode);
  bool make_object(uint8_t opcode);
  [[noreturn]] void refuse_opcode(uint8_t opcode) const;

  // The stack. A mark hides what is below it.
  template <class T>
  PickleValue* push(T value) {
    if (out_.values.size() >= kMaxValues)
      fail(ErrorKind::limit,
           "{}: the pickle makes more than {} values; save the state dict alone with torch.save",
           name_, kMaxValues);
    PickleValue* made = &out_.values.emplace_back();
    made->value = std::move(value);
    push_again(made);
    return made;
  }
  void push_again(PickleValue* value);
  void push_mark();
  PickleValue* top() const;
  PickleValue* pop();
  PickleItems pop_to_mark();
  PickleItems pop_items(size_t count);
  void push_long(uint64_t byte_count);
  std::string take_text(uint64_t byte_count);
  void charge_text(uint64_t byte_count);

  // Containers.
  void add_items(PickleValue* container, const PickleItems& items);
  void add_pairs(PickleValue* container, const PickleItems& keys_and_values);

  // Names, calls and storages (pickle_objects.cpp).
  std::string take_line();
  void push_global(const std::string& name);
  void call(const PickleValue* callee, const PickleValue* arguments);
  void push_dictionary(const PickleItems& arguments);
  void push_tensor(const PickleItems& arguments);
  void push_latin1_bytes(const PickleItems& arguments);
  void push_storage(const PickleValue* id);
  PickleStorage storage_of(const PickleItems& id);
  void build(PickleValue* object, const PickleValue* state);

  static constexpr size_t kMaxValues = size_t{1} << 22;
  static constexpr uint64_t kMaxOpcodes = uint64_t{1} << 25;
  static constexpr uint64_t kMaxTextBytes = uint64_t{1} << 28;
  static constexpr size_t kMaxNameBytes = 1000;

  FieldReader in_;
  std::string name_;
  Pickle out_;
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, PickleValue*> memo_;
  uint64_t text_bytes_ = 0;
};

}  // namespace tandem
