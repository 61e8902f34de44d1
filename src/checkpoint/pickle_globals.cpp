#include "checkpoint/pickle_globals.h"

#include <map>

namespace tandem {
namespace {

using Table = std::map<std::string_view, KnownGlobal>;

void add_torch(Table& table) {
  table["torch._utils._rebuild_tensor"] = {GlobalKind::tensor};
  table["torch._utils._rebuild_tensor_v2"] = {GlobalKind::tensor};
  table["torch._utils._rebuild_parameter"] = {GlobalKind::same};
  table["torch._utils._rebuild_parameter_with_state"] = {GlobalKind::same};
  table["torch.Size"] = {GlobalKind::same};
  table["torch.device"] = {GlobalKind::bag};
  table["torch.FloatStorage"] = {GlobalKind::storage, DType::f32};
  table["torch.DoubleStorage"] = {GlobalKind::storage, DType::f64};
  table["torch.HalfStorage"] = {GlobalKind::storage, DType::f16};
  table["torch.BFloat16Storage"] = {GlobalKind::storage, DType::bf16};
  table["torch.LongStorage"] = {GlobalKind::storage, DType::i64};
  table["torch.IntStorage"] = {GlobalKind::storage, DType::i32};
  table["torch.ShortStorage"] = {GlobalKind::storage, DType::i16};
  table["torch.CharStorage"] = {GlobalKind::storage, DType::i8};
  table["torch.ByteStorage"] = {GlobalKind::storage, DType::u8};
  table["torch.BoolStorage"] = {GlobalKind::storage, DType::boolean};
  for (const char* dtype :
       {"torch.float32", "torch.float64", "torch.float16", "torch.bfloat16", "torch.int64",
        "torch.int32", "torch.int16", "torch.int8", "torch.uint8", "torch.bool"})
    table[dtype] = {GlobalKind::bag};
}

// What TorchScript's pickler writes around typed lists and dicts.
void add_torch_script(Table& table) {
  for (const char* name : {"torch.jit._pickle.build_intlist", "torch.jit._pickle.build_doublelist",
                           "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_tensorlist",
                           "torch.jit._pickle.restore_type_tag"})
    table[name] = {GlobalKind::same};
}

// Beside the weights of training checkpoints: epochs, arguments, histories.
void add_python(Table& table) {
  table["collections.OrderedDict"] = {GlobalKind::dictionary};
  table["collections.defaultdict"] = {GlobalKind::dictionary};
  table["collections.Counter"] = {GlobalKind::dictionary};
  table["_codecs.encode"] = {GlobalKind::latin1_bytes};
  table["argparse.Namespace"] = {GlobalKind::bag};
  table["builtins.set"] = table["__builtin__.set"] = {GlobalKind::same};
  table["builtins.frozenset"] = table["__builtin__.frozenset"] = {GlobalKind::same};
  for (const char* name :
       {"builtins.int",        "builtins.float",     "builtins.bool",     "builtins.str",
        "builtins.list",       "builtins.dict",      "builtins.tuple",    "builtins.bytes",
        "builtins.bytearray",  "builtins.complex",   "__builtin__.int",   "__builtin__.long",
        "__builtin__.float",   "__builtin__.bool",   "__builtin__.str",   "__builtin__.list",
        "__builtin__.dict",    "__builtin__.tuple",  "__builtin__.bytes", "__builtin__.bytearray",
        "__builtin__.unicode", "__builtin__.complex"})
    table[name] = {GlobalKind::bag};
  for (const char* name : {"numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
                           "numpy.core.multiarray._reconstruct",
                           "numpy._core.multiarray._reconstruct", "numpy.core.numeric._frombuffer",
                           "numpy._core.numeric._frombuffer", "numpy.ndarray", "numpy.dtype"})
    table[name] = {GlobalKind::bag};
}

Table make_table() {
  Table table;
  add_torch(table);
  add_torch_script(table);
  add_python(table);
  return table;
}

}  // namespace

const KnownGlobal* known_global(std::string_view name) {
  static const Table table = make_table();
  const auto at = table.find(name);
  if (at != table.end()) return &at->second;
  // The classes of a TorchScript archive, whose code is never read.
  static const KnownGlobal script_class{GlobalKind::bag};
  return name.starts_with("__torch__.") ? &script_class : nullptr;
}

}  // namespace tandem
