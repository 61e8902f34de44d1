// From the values of a torch file to named tensors.
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/fail.h"
#include "checkpoint/extent.h"
#include "checkpoint/quote.h"
#include "checkpoint/strided.h"
#include "checkpoint/torch_file.h"

namespace tandem {
namespace {

// Far above any model's modules, so that a file whose values contain each other
// many times ends soon.
constexpr int kMaxDepth = 64;
constexpr int kMaxVisits = 1 << 20;
constexpr uint64_t kMaxCopies = 4;  // of the whole file
constexpr uint64_t kFreeCopies = 1 << 20;

class Flattener {
 public:
  explicit Flattener(TorchFile& file)
      : file_(file), copies_left_(kFreeCopies + kMaxCopies * file.file_bytes) {}

  void add_dict(const PickleDict& dict) {
    bool has_prefix = false;
    bool is_first = true;
    constexpr std::string_view kPrefix = "module.";
    for (const auto& [key, value] : dict.items) {
      const auto* name = key->as<std::string>();
      const auto* tensor = value->as<PickleTensor>();
      if (name == nullptr || tensor == nullptr) continue;
      // DistributedDataParallel wraps the model under this name.
      if (std::exchange(is_first, false)) has_prefix = name->starts_with(kPrefix);
      const bool is_cut = has_prefix && name->starts_with(kPrefix);
      add_tensor(is_cut ? name->substr(kPrefix.size()) : *name, *tensor);
    }
  }

  void add_module(const PickleObject& module, const std::string& prefix, int depth) {
    const auto* attributes = module.state == nullptr ? nullptr : module.state->as<PickleDict>();
    if (attributes == nullptr) return;
    if (depth > kMaxDepth)
      fail(ErrorKind::limit, "{}: nests modules deeper than {}; it is no model that Tandem knows",
           file_.name, kMaxDepth);
    for (const auto& [key, value] : attributes->items) {
      if (++visits_ > kMaxVisits)
        fail(ErrorKind::limit, "{}: has more than {} attributes; it is no model that Tandem knows",
             file_.name, kMaxVisits);
      const auto* name = key->as<std::string>();
      if (name == nullptr) continue;
      if (const auto* tensor = value->as<PickleTensor>()) add_tensor(prefix + *name, *tensor);
      if (const auto* child = value->as<PickleObject>())
        add_module(*child, prefix + *name + ".", depth + 1);
      const auto* number = value->as<int64_t>();
      if (number != nullptr && prefix.empty()) add_number(*name, *number);
    }
  }

  TensorStore take() { return std::move(store_); }

 private:
  void add_tensor(const std::string& name, const PickleTensor& tensor) {
    const std::string where = fmt::format("{}: the tensor {}", file_.name, quote_name(name));
    const PickleStorage& storage = *tensor.storage;
    const size_t element = size_of(storage.dtype);
    const auto bytes = file_.storages.find(storage.key)
                           ->second.subspan(static_cast<size_t>(storage.first) * element,
                                            static_cast<size_t>(storage.elements) * element);
    const StridedTensor strided{storage.dtype, bytes, tensor.offset, tensor.shape, tensor.strides};
    check_strided(strided, where);
    check_new(name, where);
    if (const auto in_place = contiguous_bytes(strided)) {
      store_.tensors[name] = {storage.dtype, tensor.shape, *in_place};
      return;
    }
    const uint64_t copied = checked_bytes(storage.dtype, tensor.shape, where);
    if (copied > copies_left_)
      fail(ErrorKind::limit,
           "{} and others before it are no contiguous tensors, and copies would take more than {} "
           "times the file; save them with .contiguous()",
           where, kMaxCopies);
    copies_left_ -= copied;
    store_.add(name, storage.dtype, tensor.shape, contiguous_copy(strided));
  }

  void add_number(const std::string& name, int64_t value) {
    check_new(name, fmt::format("{}: the number {}", file_.name, quote_name(name)));
    const auto bytes = std::as_bytes(std::span(&value, 1));
    store_.add(name, DType::i64, {}, {bytes.begin(), bytes.end()});
  }

  void check_new(const std::string& name, const std::string& where) const {
    if (store_.find(name) != nullptr)
      fail(ErrorKind::bad_model, "{} is there twice; get the file again", where);
  }

  TorchFile& file_;
  TensorStore store_;
  uint64_t copies_left_;
  int visits_ = 0;
};

const PickleDict* dict_under(const PickleDict& dict, std::string_view wanted) {
  for (const auto& [key, value] : dict.items) {
    const auto* name = key->as<std::string>();
    if (name != nullptr && *name == wanted) return value->as<PickleDict>();
  }
  return nullptr;
}

// Training checkpoints keep the state dict beside the optimiser's, some of them
// twice nested.
const PickleDict& innermost_state_dict(const PickleDict& root) {
  const PickleDict* dict = &root;
  for (int depth = 0; depth < 4; ++depth) {
    const PickleDict* inner = dict_under(*dict, "state_dict");
    if (inner == nullptr) inner = dict_under(*dict, "model");
    if (inner == nullptr) break;
    dict = inner;
  }
  return *dict;
}

}  // namespace

TensorStore state_dict_of(TorchFile&& file) {
  Flattener flattener(file);
  const PickleValue& root = *file.pickle.root;
  if (const auto* dict = root.as<PickleDict>())
    flattener.add_dict(innermost_state_dict(*dict));
  else if (const auto* module = root.as<PickleObject>())
    flattener.add_module(*module, "", 0);
  TensorStore store = flattener.take();
  if (store.tensors.empty())
    fail(ErrorKind::bad_model,
         "{}: holds no named tensors; save model.state_dict() with torch.save", file.name);
  std::move(file.buffers.begin(), file.buffers.end(), std::back_inserter(store.buffers));
  return store;
}

TensorStore read_state_dict(const std::string& path) {
  MappedFile mapped(path);
  TensorStore store = state_dict_of(parse_torch_file(mapped.bytes(), path));
  store.files.push_back(std::move(mapped));
  return store;
}

}  // namespace tandem
