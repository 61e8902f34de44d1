// Folders whose tensors are spread over several safetensors files.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "base/json.h"
#include "checkpoint/quote.h"
#include "checkpoint/safetensors.h"

namespace tandem {
namespace {

// A name in the index's own folder and nothing else: no separators of any
// system, no "..", no hidden end of the string.
void check_shard_name(const std::string& shard, const std::string& index) {
  const bool is_plain = !shard.empty() && shard != "." && shard != ".." &&
                        shard.find_first_of(std::string("/\\\0", 3)) == std::string::npos;
  if (!is_plain)
    fail(ErrorKind::bad_model,
         "{}: {} is no plain file name of a shard; shards must lie beside the index", index,
         quote_name(shard));
}

using ShardOfTensor = std::map<std::string, std::string>;

ShardOfTensor read_weight_map(const std::string& index_path) {
  const Json index = read_json(index_path);
  const auto at = index.find("weight_map");
  if (at == index.end() || !at->is_object() || at->empty())
    fail(ErrorKind::bad_model,
         "{}: has no \"weight_map\" from tensors to shards; get the index that belongs to these "
         "weights",
         index_path);
  ShardOfTensor shards;
  for (const auto& [tensor, shard] : at->items()) {
    if (!shard.is_string())
      fail(ErrorKind::bad_model, "{}: maps the tensor {} to no file name; get the index again",
           index_path, quote_name(tensor));
    check_shard_name(shard.get_ref<const std::string&>(), index_path);
    shards.emplace(tensor, shard.get<std::string>());
  }
  return shards;
}

}  // namespace

TensorStore read_shards(const std::string& index_path, TensorStore (*read)(const std::string&)) {
  const std::filesystem::path folder = std::filesystem::path(index_path).parent_path();
  const ShardOfTensor shard_of = read_weight_map(index_path);
  TensorStore store;
  std::map<std::string, TensorStore> shards;
  for (const auto& [tensor, shard] : shard_of)
    if (!shards.contains(shard)) shards[shard] = read((folder / shard).string());
  for (const auto& [tensor, shard] : shard_of)
    if (shards[shard].find(tensor) == nullptr)
      fail(ErrorKind::bad_model,
           "{}: puts the tensor {} into {}, which lacks it; get the files of one version",
           index_path, quote_name(tensor), quote_name(shard));
  for (auto& [shard, part] : shards) {
    for (const auto& [tensor, view] : part.tensors) {
      const auto at = shard_of.find(tensor);
      if (at == shard_of.end() || at->second != shard)
        fail(ErrorKind::bad_model,
             "{}: the shard {} holds the tensor {}, which the index {}; get the files of one "
             "version",
             index_path, quote_name(shard), quote_name(tensor),
             at == shard_of.end() ? "does not name" : "puts into " + quote_name(at->second));
    }
    store.absorb(std::move(part));
  }
  return store;
}

TensorStore read_sharded_safetensors(const std::string& index_path) {
  return read_shards(index_path, read_safetensors);
}

}  // namespace tandem
