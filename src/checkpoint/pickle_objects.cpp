// What a pickle's names, calls and persistent ids become: inert values.
#include <algorithm>
#include <optional>

#include "checkpoint/pickle_globals.h"
#include "checkpoint/pickle_machine.h"
#include "checkpoint/quote.h"

namespace tandem {
namespace {

const std::string* text_of(const PickleValue* value) { return value->as<std::string>(); }

std::optional<int64_t> whole_number_of(const PickleValue* value) {
  const auto* number = value->as<int64_t>();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

const PickleItems* items_of(const PickleValue* value) {
  if (const auto* tuple = value->as<PickleTuple>()) return &tuple->items;
  if (const auto* list = value->as<PickleList>()) return &list->items;
  return nullptr;
}

// Sizes or strides: a tuple or a list of whole numbers.
std::optional<Shape> shape_of(const PickleValue* value) {
  constexpr size_t kMaxAxes = 64;
  const PickleItems* items = items_of(value);
  if (items == nullptr || items->size() > kMaxAxes) return std::nullopt;
  Shape shape;
  for (const PickleValue* item : *items) {
    const auto size = whole_number_of(item);
    if (!size) return std::nullopt;
    shape.push_back(*size);
  }
  return shape;
}

}  // namespace

bool PickleMachine::make_object(uint8_t opcode) {
  switch (opcode) {
    case 'c': {  // GLOBAL
      const std::string module = take_line();
      push_global(module + "." + take_line());
      return true;
    }
    case 0x93: {  // STACK_GLOBAL
      const PickleItems names = pop_items(2);
      if (text_of(names[0]) == nullptr || text_of(names[1]) == nullptr)
        damaged("names a global by what is no text");
      push_global(*text_of(names[0]) + "." + *text_of(names[1]));
      return true;
    }
    case 'R':     // REDUCE
    case 0x81: {  // NEWOBJ
      const PickleItems pair = pop_items(2);
      call(pair[0], pair[1]);
      return true;
    }
    case 0x92: {  // NEWOBJ_EX: class, arguments, named arguments
      const PickleItems parts = pop_items(3);
      const auto* named = parts[2]->as<PickleDict>();
      if (named == nullptr || !named->items.empty()) damaged("makes an object by named arguments");
      call(parts[0], parts[1]);
      return true;
    }
    case 'Q': push_storage(pop()); return true;  // BINPERSID
    case 'b': {                                  // BUILD
      const PickleValue* state = pop();
      build(top(), state);
      return true;
    }
    default: return false;
  }
}

std::string PickleMachine::take_line() {
  const auto rest = in_.rest().first(std::min<size_t>(in_.left(), kMaxNameBytes));
  const auto end = std::find(rest.begin(), rest.end(), std::byte{'\n'});
  if (end == rest.end()) damaged("has a name without an end");
  const std::string line(in_.text(static_cast<uint64_t>(end - rest.begin())));
  in_.take(1);
  return line;
}

void PickleMachine::push_global(const std::string& name) {
  if (name.size() > kMaxNameBytes || known_global(name) == nullptr)
    fail(ErrorKind::unsupported,
         "{}: the pickle needs {}, which is not in Tandem's list, and nothing of a pickle is ever "
         "executed; save the state dict alone with torch.save(model.state_dict(), ...)",
         name_, quote_name(name));
  charge_text(name.size());
  push(PickleGlobal{name});
}

void PickleMachine::call(const PickleValue* callee, const PickleValue* arguments) {
  const auto* global = callee->as<PickleGlobal>();
  const auto* tuple = arguments->as<PickleTuple>();
  if (global == nullptr || tuple == nullptr) damaged("calls what is no name of a class");
  const PickleItems& items = tuple->items;
  switch (known_global(global->name)->kind) {
    case GlobalKind::dictionary: return push_dictionary(items);
    case GlobalKind::latin1_bytes: return push_latin1_bytes(items);
    case GlobalKind::tensor: return push_tensor(items);
    case GlobalKind::bag: push(PickleObject{global->name, arguments, nullptr}); return;
    case GlobalKind::same:
      // Shared, not copied, so that no short pickle makes many long lists.
      if (items.empty())
        push(PickleList{});
      else
        push_again(const_cast<PickleValue*>(items[0]));
      return;
    case GlobalKind::storage: break;
  }
  damaged("calls {}, which is a type of storage", quote_name(global->name));
}

// OrderedDict(), OrderedDict([[key, value], ...]) as Python 2 wrote it,
// defaultdict(factory), Counter({...}).
void PickleMachine::push_dictionary(const PickleItems& arguments) {
  if (!arguments.empty() && arguments[0]->as<PickleDict>() != nullptr)
    return push_again(const_cast<PickleValue*>(arguments[0]));
  PickleDict dict;
  const auto* pairs = arguments.empty() ? nullptr : arguments[0]->as<PickleList>();
  for (const PickleValue* pair : pairs == nullptr ? PickleItems{} : pairs->items) {
    const PickleItems* items = items_of(pair);
    if (items == nullptr || items->size() != 2) damaged("makes a dict of what are no pairs");
    charge_text(sizeof *items);
    dict.items.emplace_back(items->front(), items->back());
  }
  push(std::move(dict));
}

// (storage, offset, shape, strides), then in version 2 requires_grad, hooks, metadata.
void PickleMachine::push_tensor(const PickleItems& arguments) {
  if (arguments.size() < 4) damaged("makes a tensor of too few arguments");
  const auto* storage = arguments[0]->as<PickleStorage>();
  const auto offset = whole_number_of(arguments[1]);
  auto shape = shape_of(arguments[2]);
  auto strides = shape_of(arguments[3]);
  if (storage == nullptr || !offset || !shape || !strides || shape->size() != strides->size())
    damaged("makes a tensor of other arguments than torch writes");
  push(PickleTensor{storage, *offset, std::move(*shape), std::move(*strides)});
}

// Protocol 2 writes bytes as _codecs.encode(text, "latin1").
void PickleMachine::push_latin1_bytes(const PickleItems& arguments) {
  const std::string* text = arguments.empty() ? nullptr : text_of(arguments[0]);
  if (text == nullptr) damaged("makes bytes of what is no text");
  charge_text(text->size());
  std::string bytes;
  for (size_t i = 0; i < text->size(); ++i) {
    const auto first = static_cast<uint8_t>((*text)[i]);
    const auto next = static_cast<uint8_t>(i + 1 < text->size() ? (*text)[i + 1] : 0);
    if (first < 0x80) {
      bytes.push_back(static_cast<char>(first));
    } else if ((first == 0xc2 || first == 0xc3) && (next & 0xc0) == 0x80) {
      bytes.push_back(static_cast<char>((first & 3) << 6 | (next & 0x3f)));  // U+0080 to U+00FF
      ++i;
    } else {
      damaged("makes bytes of text that is not Latin-1");
    }
  }
  push(PickleBytes{std::move(bytes)});
}

void PickleMachine::push_storage(const PickleValue* id) {
  const auto* tuple = id->as<PickleTuple>();
  const std::string* kind =
      tuple == nullptr || tuple->items.empty() ? nullptr : text_of(tuple->items[0]);
  if (kind == nullptr) damaged("refers to something outside by what is no tuple");
  if (*kind != "storage")
    fail(ErrorKind::unsupported,
         "{}: the pickle holds a {} with its source code, which Tandem never runs; save the state "
         "dict alone with torch.save(model.state_dict(), ...)",
         name_, quote_name(*kind));
  const PickleStorage storage = storage_of(tuple->items);
  const auto& whole = out_.storages.find(storage.key)->second;
  if (storage.first < 0 || storage.elements < 0 || storage.first > whole.elements ||
      storage.elements > whole.elements - storage.first)
    damaged("views elements outside of the storage {}", quote_name(storage.key));
  push(storage);
}

// ("storage", type, key, location, elements), and in legacy files a last None or
// (key of the view, first element, elements).
PickleStorage PickleMachine::storage_of(const PickleItems& id) {
  const auto* type = id.size() < 5 ? nullptr : id[1]->as<PickleGlobal>();
  const KnownGlobal* known = type == nullptr ? nullptr : known_global(type->name);
  const std::string* key = id.size() < 5 ? nullptr : text_of(id[2]);
  const auto elements = id.size() < 5 ? std::nullopt : whole_number_of(id[4]);
  if (known == nullptr || known->kind != GlobalKind::storage || key == nullptr || !elements ||
      *elements < 0 || key->size() > kMaxNameBytes)
    damaged("describes a storage otherwise than torch does");

  const auto [at, is_new] =
      out_.storages.try_emplace(*key, Pickle::Storage{known->dtype, *elements});
  if (at->second.dtype != known->dtype || at->second.elements != *elements)
    damaged("describes the storage {} in two ways", quote_name(*key));

  PickleStorage storage{*key, known->dtype, 0, *elements};
  if (id.size() < 6 || id[5]->as<PickleNone>() != nullptr) return storage;
  const auto* view = id[5]->as<PickleTuple>();
  const bool is_view = view != nullptr && view->items.size() == 3;
  const auto first = is_view ? whole_number_of(view->items[1]) : std::nullopt;
  const auto count = is_view ? whole_number_of(view->items[2]) : std::nullopt;
  if (!first || !count) damaged("describes a view of a storage otherwise than torch does");
  storage.first = *first;
  storage.elements = *count;
  return storage;
}

void PickleMachine::build(PickleValue* object, const PickleValue* state) {
  // Attributes of a dict (a state dict's _metadata) say nothing about weights.
  if (object->as<PickleDict>() != nullptr) return;
  auto* bag = std::get_if<PickleObject>(&object->value);
  if (bag == nullptr || bag->state != nullptr) damaged("gives attributes to what takes none");
  bag->state = state;
}

}  // namespace tandem
