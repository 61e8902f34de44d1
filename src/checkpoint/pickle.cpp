#include "checkpoint/pickle.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "checkpoint/pickle_machine.h"

namespace tandem {
namespace {

// Opcodes that real pickles have and this reader leaves out: protocols 0 and 1,
// extension codes and buffers outside the file (CPython, Lib/pickletools.py).
const char* name_of_refused(uint8_t opcode) {
  switch (opcode) {
    case 'I': return "INT";
    case 'L': return "LONG";
    case 'F': return "FLOAT";
    case 'S': return "STRING";
    case 'V': return "UNICODE";
    case 'l': return "LIST";
    case 'd': return "DICT";
    case 'g': return "GET";
    case 'p': return "PUT";
    case 'P': return "PERSID";
    case 'i': return "INST";
    case 'o': return "OBJ";
    case 0x82: return "EXT1";
    case 0x83: return "EXT2";
    case 0x84: return "EXT4";
    case 0x97: return "NEXT_BUFFER";
    case 0x98: return "READONLY_BUFFER";
    default: return "unknown to Python";
  }
}

int64_t sign_extended(std::string_view little_endian) {
  uint64_t bits = 0;
  for (size_t i = 0; i < little_endian.size(); ++i)
    bits |= uint64_t{static_cast<uint8_t>(little_endian[i])} << (8 * i);
  const size_t unused = 64 - 8 * little_endian.size();
  return static_cast<int64_t>(bits << unused) >> unused;
}

}  // namespace

Pickle PickleMachine::run() {
  for (uint64_t count = 0; count < kMaxOpcodes; ++count) {
    const auto opcode = in_.number<uint8_t>();
    if (opcode == '.') {  // STOP
      out_.root = pop();
      if (!stack_.empty() || !marks_.empty()) damaged("stops with values left over");
      out_.bytes_read = in_.position();
      return std::move(out_);
    }
    const bool is_known = push_scalar(opcode) || push_text(opcode) || push_container(opcode) ||
                          fill_container(opcode) || move_on_stack(opcode) || use_memo(opcode) ||
                          make_object(opcode);
    if (!is_known) refuse_opcode(opcode);
  }
  fail(ErrorKind::limit,
       "{}: the pickle has more than {} opcodes; save the state dict alone with torch.save", name_,
       kMaxOpcodes);
}

void PickleMachine::refuse_opcode(uint8_t opcode) const {
  fail(ErrorKind::unsupported,
       "{}: the pickle uses the opcode 0x{:02x} ({}), which Tandem does not read; save the state "
       "dict again with torch.save, protocol 2",
       name_, opcode, name_of_refused(opcode));
}

bool PickleMachine::push_scalar(uint8_t opcode) {
  switch (opcode) {
    case 'N': push(PickleNone{}); return true;                     // NONE
    case 0x88: push(true); return true;                            // NEWTRUE
    case 0x89: push(false); return true;                           // NEWFALSE
    case 'J': push(int64_t{in_.number<int32_t>()}); return true;   // BININT
    case 'K': push(int64_t{in_.number<uint8_t>()}); return true;   // BININT1
    case 'M': push(int64_t{in_.number<uint16_t>()}); return true;  // BININT2
    case 0x8a: push_long(in_.number<uint8_t>()); return true;      // LONG1
    case 0x8b: push_long(in_.number<uint32_t>()); return true;     // LONG4
    case 'G':                                                      // BINFLOAT, big endian
      push(std::bit_cast<double>(__builtin_bswap64(in_.number<uint64_t>())));
      return true;
    default: return false;
  }
}

void PickleMachine::push_long(uint64_t byte_count) {
  const std::string bytes = take_text(byte_count);
  if (byte_count == 0)
    push(int64_t{0});
  else if (byte_count <= 8)
    push(sign_extended(bytes));
  else
    push(PickleLong{bytes});
}

std::string PickleMachine::take_text(uint64_t byte_count) {
  charge_text(byte_count);
  return std::string(in_.text(byte_count));
}

void PickleMachine::charge_text(uint64_t byte_count) {
  if (byte_count > kMaxTextBytes - text_bytes_)
    fail(ErrorKind::limit,
         "{}: the pickle holds more than {} bytes of text; save the state dict alone with "
         "torch.save",
         name_, kMaxTextBytes);
  text_bytes_ += byte_count;
}

bool PickleMachine::push_text(uint8_t opcode) {
  switch (opcode) {
    case 'X': push(take_text(in_.number<uint32_t>())); return true;   // BINUNICODE
    case 0x8c: push(take_text(in_.number<uint8_t>())); return true;   // SHORT_BINUNICODE
    case 0x8d: push(take_text(in_.number<uint64_t>())); return true;  // BINUNICODE8
    case 'U': push(take_text(in_.number<uint8_t>())); return true;    // SHORT_BINSTRING, Python 2
    case 'T': push(take_text(in_.number<uint32_t>())); return true;   // BINSTRING, Python 2
    case 'C': push(PickleBytes{take_text(in_.number<uint8_t>())}); return true;    // SHORT_BINBYTES
    case 'B': push(PickleBytes{take_text(in_.number<uint32_t>())}); return true;   // BINBYTES
    case 0x8e:                                                                     // BINBYTES8
    case 0x96: push(PickleBytes{take_text(in_.number<uint64_t>())}); return true;  // BYTEARRAY8
    default: return false;
  }
}

bool PickleMachine::push_container(uint8_t opcode) {
  switch (opcode) {
    case ']': push(PickleList{}); return true;                // EMPTY_LIST
    case '}': push(PickleDict{}); return true;                // EMPTY_DICT
    case 0x8f: push(PickleList{}); return true;               // EMPTY_SET
    case ')': push(PickleTuple{}); return true;               // EMPTY_TUPLE
    case 't': push(PickleTuple{pop_to_mark()}); return true;  // TUPLE
    case 0x91: push(PickleList{pop_to_mark()}); return true;  // FROZENSET
    case 0x85: push(PickleTuple{pop_items(1)}); return true;  // TUPLE1
    case 0x86: push(PickleTuple{pop_items(2)}); return true;  // TUPLE2
    case 0x87: push(PickleTuple{pop_items(3)}); return true;  // TUPLE3
    default: return false;
  }
}

bool PickleMachine::fill_container(uint8_t opcode) {
  PickleItems items;
  switch (opcode) {
    case 'a': items = pop_items(1); break;    // APPEND
    case 's': items = pop_items(2); break;    // SETITEM
    case 'e':                                 // APPENDS
    case 'u':                                 // SETITEMS
    case 0x90: items = pop_to_mark(); break;  // ADDITEMS
    default: return false;
  }
  if (opcode == 's' || opcode == 'u')
    add_pairs(top(), items);
  else
    add_items(top(), items);
  return true;
}

void PickleMachine::add_items(PickleValue* container, const PickleItems& items) {
  auto* list = std::get_if<PickleList>(&container->value);
  if (list == nullptr) damaged("appends to what is no list");
  list->items.insert(list->items.end(), items.begin(), items.end());
}

void PickleMachine::add_pairs(PickleValue* container, const PickleItems& keys_and_values) {
  auto* dict = std::get_if<PickleDict>(&container->value);
  if (dict == nullptr || keys_and_values.size() % 2 != 0)
    damaged("sets items of what is no dict, or a key without a value");
  for (size_t i = 0; i < keys_and_values.size(); i += 2)
    dict->items.emplace_back(keys_and_values[i], keys_and_values[i + 1]);
}

bool PickleMachine::move_on_stack(uint8_t opcode) {
  switch (opcode) {
    case '(': push_mark(); return true;        // MARK
    case '0': pop(); return true;              // POP
    case '1': pop_to_mark(); return true;      // POP_MARK
    case '2': push_again(top()); return true;  // DUP
    case 0x95:                                 // FRAME: a hint for readers of streams
      if (in_.number<uint64_t>() > in_.left()) damaged("has a frame beyond its end");
      return true;
    case 0x80: {  // PROTO
      const auto protocol = in_.number<uint8_t>();
      if (protocol < 2 || protocol > 5)
        fail(ErrorKind::unsupported,
             "{}: the pickle is of protocol {} where 2 to 5 are read; save it again with "
             "torch.save",
             name_, protocol);
      return true;
    }
    default: return false;
  }
}

bool PickleMachine::use_memo(uint8_t opcode) {
  uint64_t key = 0;
  switch (opcode) {
    case 'q':                                       // BINPUT
    case 'h': key = in_.number<uint8_t>(); break;   // BINGET
    case 'r':                                       // LONG_BINPUT
    case 'j': key = in_.number<uint32_t>(); break;  // LONG_BINGET
    case 0x94: key = memo_.size(); break;           // MEMOIZE
    default: return false;
  }
  if (opcode == 'h' || opcode == 'j') {
    const auto at = memo_.find(key);
    if (at == memo_.end()) damaged("recalls the value {}, which it never made", key);
    push_again(at->second);
    return true;
  }
  if (memo_.size() >= kMaxValues)
    fail(ErrorKind::limit,
         "{}: the pickle remembers more than {} values; save the state dict alone with torch.save",
         name_, kMaxValues);
  memo_[key] = top();
  return true;
}

void PickleMachine::push_again(PickleValue* value) {
  if (stack_.size() >= kMaxValues)
    fail(ErrorKind::limit,
         "{}: the pickle stacks more than {} values; save the state dict alone with torch.save",
         name_, kMaxValues);
  stack_.push_back(value);
}

void PickleMachine::push_mark() {
  if (marks_.size() >= kMaxValues) damaged("opens more than {} containers", kMaxValues);
  marks_.push_back(stack_.size());
}

PickleValue* PickleMachine::top() const {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
    damaged("takes a value that is not there");
  return stack_.back();
}

PickleValue* PickleMachine::pop() {
  PickleValue* value = top();
  stack_.pop_back();
  return value;
}

PickleItems PickleMachine::pop_to_mark() {
  if (marks_.empty()) damaged("closes a container that it never opened");
  const auto first = stack_.begin() + static_cast<ptrdiff_t>(marks_.back());
  PickleItems items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

PickleItems PickleMachine::pop_items(size_t count) {
  PickleItems items(count);
  std::generate(items.rbegin(), items.rend(), [this] { return pop(); });
  return items;
}

Pickle parse_pickle(std::span<const std::byte> bytes, const std::string& name) {
  return PickleMachine(bytes, name).run();
}

}  // namespace tandem
