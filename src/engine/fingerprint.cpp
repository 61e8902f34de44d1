#include "engine/fingerprint.h"

#include <fmt/core.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/thread_pool.h"
#include "model/weight_table.h"

namespace tandem {
namespace {

// A tensor's hash is over its float values: F16 stored as F32 is the same space.
XXH128_hash_t hash_tensor(const TensorView& tensor) {
  if (tensor.dtype == DType::f32) return XXH3_128bits(tensor.bytes.data(), tensor.bytes.size());
  const auto values = to_float(tensor);
  return XXH3_128bits(values.data(), values.size() * sizeof(float));
}

}  // namespace

Fingerprint make_fingerprint(const Checkpoint& checkpoint, const Tokenizer* tokenizer,
                             const LoadOptions& options) {
  const auto table = weight_table(checkpoint.config);
  std::vector<XXH128_hash_t> hashes(table.size());
  parallel_for(static_cast<int64_t>(table.size()), [&](int64_t i) {
    hashes[i] = hash_tensor(*checkpoint.weights.find(table[i].name));
  });
  std::string all = describe(checkpoint.config);
  for (size_t i = 0; i < table.size(); ++i)
    all += fmt::format("{}{:016x}{:016x}", table[i].name, hashes[i].high64, hashes[i].low64);
  const XXH128_hash_t hash = XXH3_128bits(all.data(), all.size());

  OrderedJson recipe;
  recipe["tokenizer"] = tokenizer ? tokenizer->describe() : "";
  recipe["preprocess"] = describe(checkpoint.preprocess);
  recipe["orient"] = options.orient ? "auto" : "off";
  recipe["decode"] = "exact";
  recipe["precision"] = options.backend == "ref" ? "f64" : "f32";
  return {fmt::format("{:016x}{:016x}", hash.high64, hash.low64), to_line(recipe)};
}

}  // namespace tandem
