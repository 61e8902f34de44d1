// A golden model's folder, copied so that a test may damage it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json.h"
#include "base/scratch_folder.h"
#include "checkpoint/checkpoint.h"
#include "model/weight_table.h"

namespace tandem_test {

class ModelCopy {
 public:
  explicit ModelCopy(const std::string& from) {
    std::filesystem::copy(from, folder_.path("model"), std::filesystem::copy_options::recursive);
    for (const auto& entry : std::filesystem::directory_iterator(path()))
      std::filesystem::permissions(entry, std::filesystem::perms::owner_write,
                                   std::filesystem::perm_options::add);
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all,
                                 std::filesystem::perm_options::add);
  }

  std::string path() const { return folder_.path("model"); }
  std::string file(const std::string& name) const { return path() + "/" + name; }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
  }
  void remove(const std::string& name) const { std::filesystem::remove(file(name)); }
  /// Sets one value of a JSON file, by pointer; null takes the key away.
  void set(const std::string& name, const std::string& pointer, const tandem::Json& value) const {
    tandem::Json json = tandem::read_json(file(name));
    json[tandem::Json::json_pointer(pointer)] = value;
    write(name, json.dump());
  }

 private:
  ScratchFolder folder_;
};

/// The sentence that opening is refused with; "" where it opens.
inline std::string refusal_of(const std::string& path, const tandem::OpenOptions& options = {}) {
  return refusal([&] { tandem::open_checkpoint(path, options); });
}

/// Same tensors, bit for bit.
inline void expect_same_weights(const tandem::Checkpoint& a, const tandem::Checkpoint& b) {
  for (const auto& spec : tandem::weight_table(a.config)) {
    const auto *left = a.weights.find(spec.name), *right = b.weights.find(spec.name);
    ASSERT_NE(left, nullptr) << spec.name;
    ASSERT_NE(right, nullptr) << spec.name;
    EXPECT_EQ(left->dtype, right->dtype) << spec.name;
    EXPECT_EQ(left->shape, right->shape) << spec.name;
    EXPECT_TRUE(std::equal(left->bytes.begin(), left->bytes.end(), right->bytes.begin(),
                           right->bytes.end()))
        << spec.name;
  }
}

}  // namespace tandem_test
