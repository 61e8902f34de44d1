#include "checkpoint/safetensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/files.h"
#include "base/scratch_folder.h"
#include "golden_folder.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// A file of this header (its length put before it) and this many data bytes.
std::string file_of(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof length);
  return file + header + std::string(data_bytes, '\0');
}

TEST(Safetensors, ReadsTensorsAndMetadataInPlace) {
  const std::string file = file_of(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[2,10]},)"
      R"("a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
      R"("none":{"dtype":"F16","shape":[0,7],"data_offsets":[10,10]},)"
      R"("one":{"dtype":"I64","shape":[],"data_offsets":[10,18]}}   )",
      18);
  const SafetensorsContent content = parse_safetensors(bytes_of(file), "x");
  ASSERT_EQ(content.tensors.size(), 4u);
  EXPECT_EQ(content.metadata.at("format"), "pt");
  const TensorView& b = content.tensors.find("b")->second;
  EXPECT_EQ(b.shape, (Shape{2, 1}));
  EXPECT_EQ(reinterpret_cast<const char*>(b.bytes.data()), file.data() + file.size() - 16);
  EXPECT_EQ(content.tensors.find("none")->second.bytes.size(), 0u);
  EXPECT_EQ(content.tensors.find("one")->second.elements(), 1);
}

TEST(Safetensors, KnowsEveryDtypeOfTheTensorStore) {
  for (const DType dtype : {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i64, DType::i32,
                            DType::i16, DType::i8, DType::u8, DType::boolean}) {
    const size_t size = size_of(dtype);
    const std::string file =
        file_of(std::string(R"({"t":{"dtype":")") + name_of(dtype) +
                    R"(","shape":[1],"data_offsets":[0,)" + std::to_string(size) + "]}}",
                size);
    EXPECT_EQ(parse_safetensors(bytes_of(file), "x").tensors.begin()->second.dtype, dtype);
  }
}

struct Refused {
  const char* what;
  std::string file;
  const char* sentence;  // a part of it
};

std::string one(const std::string& info, size_t data_bytes) {
  return file_of("{\"t\":" + info + "}", data_bytes);
}

TEST(Safetensors, RefusesWhatBreaksTheFormat) {
  const std::string huge(8, '\xff');
  const std::string good = one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", 8);
  const std::vector<Refused> cases = {
      {"empty file", "", "too few"},
      {"seven bytes", "1234567", "too few"},
      {"header longer than the format allows", huge + "{}", "allows 100000000"},
      {"header longer than the file", good.substr(0, 20), "ends inside its header"},
      {"last byte missing", good.substr(0, good.size() - 1), "get the whole file"},
      {"a byte too many", good + "x", "1 bytes behind its last tensor"},
      {"data without tensors", file_of("{}", 4), "4 bytes behind"},
      {"header does not begin with a brace", file_of(" {}", 0), "brace"},
      {"header is no JSON", file_of("{\"t\":}", 0), "no JSON"},
      {"header is a list", file_of("[]", 0), "brace"},
      {"duplicate name",
       file_of(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
               R"("t":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
               2),
       "twice"},
      {"overlap",
       file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
               R"("b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
               6),
       "overlap"},
      {"the same bytes twice",
       file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
               R"("b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
               4),
       "overlap"},
      {"hole",
       file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
               R"("b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}})",
               9),
       "leave a hole"},
      {"hole at the start", one(R"({"dtype":"U8","shape":[1],"data_offsets":[1,2]})", 2), "hole"},
      {"end before begin", one(R"({"dtype":"U8","shape":[1],"data_offsets":[1,0]})", 1), "offsets"},
      {"shape too large for the bytes",
       one(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})", 8), "takes 12 bytes"},
      {"shape too small for the bytes",
       one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})", 8), "takes 4 bytes"},
      {"shape that wraps around to the right size",
       one(R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})", 0),
       "no memory can hold"},
      {"wraps around although one axis is empty",
       one(R"({"dtype":"U8","shape":[0,4611686018427387904,4],"data_offsets":[0,0]})", 0),
       "no memory can hold"},
      {"size above 2^63",
       one(R"({"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,0]})", 0),
       "whole number"},
      {"size above 2^64",
       one(R"({"dtype":"U8","shape":[18446744073709551617],"data_offsets":[0,1]})", 1),
       "whole number"},
      {"negative size", one(R"({"dtype":"U8","shape":[-1],"data_offsets":[0,1]})", 1),
       "whole number"},
      {"fraction", one(R"({"dtype":"U8","shape":[1.0],"data_offsets":[0,1]})", 1), "whole number"},
      {"negative offset", one(R"({"dtype":"U8","shape":[1],"data_offsets":[-1,0]})", 1),
       "whole number"},
      {"sizes that are strings", one(R"({"dtype":"U8","shape":["1"],"data_offsets":[0,1]})", 1),
       "string where a whole number"},
      {"three offsets", one(R"({"dtype":"U8","shape":[1],"data_offsets":[0,1,1]})", 1),
       "two data_offsets"},
      {"no shape", one(R"({"dtype":"U8","data_offsets":[0,1]})", 1), "no \"shape\""},
      {"no dtype", one(R"({"shape":[1],"data_offsets":[0,1]})", 1), "no \"dtype\""},
      {"dtype is a number", one(R"({"dtype":7,"shape":[1],"data_offsets":[0,1]})", 1), "no string"},
      {"dtype that Tandem does not read",
       one(R"({"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]})", 1), "F8_E4M3"},
      {"tensor is a list", one("[]", 0), "not described by an object"},
      {"metadata of numbers", file_of(R"({"__metadata__":{"a":1}})", 0), "strings to strings"},
      {"metadata is a list", file_of(R"({"__metadata__":[]})", 0), "no object"},
  };
  for (const auto& [what, file, sentence] : cases) {
    const std::string said =
        refusal([&file = file] { parse_safetensors(bytes_of(file), "weights.safetensors"); });
    EXPECT_NE(said, "") << what;
    EXPECT_NE(said.find(sentence), std::string::npos) << what << ": " << said;
    EXPECT_EQ(said.find("weights.safetensors"), 0u) << what << ": " << said;
  }
}

TEST(Safetensors, RefusesMoreThan64Axes) {
  std::string shape = "1";
  for (int i = 0; i < 64; ++i) shape += ",1";
  const std::string file =
      one(R"({"dtype":"U8","shape":[)" + shape + R"(],"data_offsets":[0,1]})", 1);
  EXPECT_NE(refusal([&] { parse_safetensors(bytes_of(file), "x"); }).find("65 axes"),
            std::string::npos);
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const std::string good = one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", 8);
  ASSERT_EQ(refusal([&] { parse_safetensors(bytes_of(good), "x"); }), "");
  for (size_t length = 0; length < good.size(); ++length)
    EXPECT_NE(refusal([&] { parse_safetensors(bytes_of(good.substr(0, length)), "x"); }), "")
        << length;
}

TEST(Safetensors, NamesAFolderAndAMissingFile) {
  const ScratchFolder folder;
  EXPECT_NE(refusal([&] { read_safetensors(folder.path("")); }).find("folder"), std::string::npos);
  EXPECT_NE(refusal([&] { read_safetensors(folder.path("none")); }).find("none"),
            std::string::npos);
}

std::vector<NamedTensor> in_order(const TensorStore& store) {
  std::vector<NamedTensor> tensors;
  for (const auto& [name, view] : store.tensors) tensors.push_back({name, view});
  return tensors;
}

TEST(SafetensorsWriter, OrdersAsTheReferenceAndAlignsTheData) {
  const ScratchFolder folder;
  TensorStore store;
  store.add("byte", DType::u8, {3}, std::vector<std::byte>(3));
  store.add("half", DType::f16, {1}, std::vector<std::byte>(2));
  store.add("b", {2}, std::vector<float>{1, 2});
  store.add("a", {1}, std::vector<float>{3});
  write_safetensors(folder.path("x"), in_order(store), {{"k", "v"}});
  const std::string expected =
      R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
      R"("b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},)"
      R"("half":{"dtype":"F16","shape":[1],"data_offsets":[12,14]},)"
      R"("byte":{"dtype":"U8","shape":[3],"data_offsets":[14,17]}})";
  const std::string written = read_file(folder.path("x"));
  EXPECT_EQ(written.substr(8, expected.size()), expected);
  uint64_t header = 0;
  std::memcpy(&header, written.data(), 8);
  EXPECT_EQ(header % 8, 0u);
  EXPECT_EQ(written.size(), 8 + header + 17);
  EXPECT_EQ(to_float(*read_safetensors(folder.path("x")).find("b")), (std::vector<float>{1, 2}));
  EXPECT_EQ(read_safetensors_metadata(folder.path("x")), (SafetensorsMetadata{{"k", "v"}}));
}

TEST(SafetensorsWriter, PadsEveryHeaderToEightBytes) {
  const ScratchFolder folder;
  for (size_t length = 1; length <= 8; ++length) {
    TensorStore store;
    store.add(std::string(length, 'n'), {1}, std::vector<float>{1});
    write_safetensors(folder.path("x"), in_order(store));
    EXPECT_EQ((read_file(folder.path("x")).size() - 4) % 8, 0u) << length;
  }
}

TEST(SafetensorsWriter, RefusesWhatNoReaderWouldTake) {
  const ScratchFolder folder;
  const std::string path = folder.path("x");
  const std::vector<std::byte> eight(8);
  const TensorView good{DType::f32, {2}, eight};
  const auto said = [&](std::vector<NamedTensor> tensors) {
    return refusal([&] { write_safetensors(path, std::move(tensors)); });
  };
  EXPECT_NE(said({{"t", good}, {"t", good}}).find("twice"), std::string::npos);
  EXPECT_NE(said({{"__metadata__", good}}).find("reserved"), std::string::npos);
  EXPECT_NE(said({{"t", {DType::f32, {3}, eight}}}).find("do not fit"), std::string::npos);
  EXPECT_NE(said({{"\xff", good}}).find("UTF-8"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SafetensorsGolden, ACopyHoldsTheSameTensors) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const ScratchFolder folder;
  for (const std::string& file : {golden + "/hf/model.safetensors", golden + "/arrays.safetensors",
                                  golden + "/open_clip/open_clip_model.safetensors"}) {
    const TensorStore store = read_safetensors(file);
    write_safetensors(folder.path("x"), in_order(store), read_safetensors_metadata(file));
    const TensorStore copy = read_safetensors(folder.path("x"));
    EXPECT_EQ(read_safetensors_metadata(folder.path("x")), read_safetensors_metadata(file));
    ASSERT_EQ(copy.tensors.size(), store.tensors.size());
    for (const auto& [name, view] : store.tensors) {
      const TensorView& other = *copy.find(name);
      EXPECT_EQ(other.dtype, view.dtype);
      EXPECT_EQ(other.shape, view.shape);
      EXPECT_TRUE(std::ranges::equal(other.bytes, view.bytes)) << name;
    }
  }
}

// Two shards and an index of the given weight map in a scratch folder.
struct Shards {
  ScratchFolder folder;
  explicit Shards(const std::string& weight_map) {
    TensorStore one, two;
    one.add("a", {1}, std::vector<float>{1});
    two.add("b", {1}, std::vector<float>{2});
    write_safetensors(folder.path("1.safetensors"), in_order(one));
    write_safetensors(folder.path("2.safetensors"), in_order(two));
    folder.write("index.json", weight_map);
  }
  TensorStore read() const { return read_sharded_safetensors(folder.path("index.json")); }
};

TEST(ShardedSafetensors, JoinsShards) {
  const TensorStore store =
      Shards(R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})").read();
  EXPECT_EQ(store.tensors.size(), 2u);
  EXPECT_EQ(to_float(*store.find("b")), (std::vector<float>{2}));
}

TEST(ShardedSafetensors, RefusesAnIndexThatDoesNotFitItsShards) {
  const std::vector<std::pair<std::string, const char*>> cases = {
      {R"({})", "weight_map"},
      {R"([])", "weight_map"},
      {R"({"weight_map":{}})", "weight_map"},
      {R"({"weight_map":["a"]})", "weight_map"},
      {R"({"weight_map":{"a":1}})", "no file name"},
      {R"({"weight_map":{"a":"../1.safetensors"}})", "plain file name"},
      {R"({"weight_map":{"a":"/etc/passwd"}})", "plain file name"},
      {R"({"weight_map":{"a":"x\\1.safetensors"}})", "plain file name"},
      {R"({"weight_map":{"a":"1.safetensors\u0000"}})", "plain file name"},
      {R"({"weight_map":{"a":".."}})", "plain file name"},
      {R"({"weight_map":{"a":""}})", "plain file name"},
      {R"({"weight_map":{"a":"3.safetensors"}})", "3.safetensors"},
      {R"({"weight_map":{"a":"1.safetensors","c":"2.safetensors"}})", "lacks it"},
      {R"({"weight_map":{"a":"2.safetensors","b":"2.safetensors"}})", "lacks it"},
  };
  for (const auto& [index, sentence] : cases) {
    const Shards shards(index);
    const std::string said = refusal([&] { shards.read(); });
    EXPECT_NE(said.find(sentence), std::string::npos) << index << ": " << said;
  }
}

TEST(ShardedSafetensors, RefusesATensorThatTwoShardsHold) {
  const Shards shards(R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})");
  TensorStore both;
  both.add("a", {1}, std::vector<float>{1});
  both.add("b", {1}, std::vector<float>{2});
  write_safetensors(shards.folder.path("2.safetensors"), in_order(both));
  EXPECT_NE(refusal([&] { shards.read(); }).find("the index puts into \"1.safetensors\""),
            std::string::npos);
}

TEST(ShardedSafetensors, GoldenShardsEqualTheWholeFile) {
  TANDEM_WHOLE_GOLDEN(golden, "towers/openai_vit");
  const TensorStore whole = read_safetensors(golden + "/hf/model.safetensors");
  const TensorStore shards =
      read_sharded_safetensors(golden + "/hf_sharded/model.safetensors.index.json");
  ASSERT_GT(whole.tensors.size(), 20u);
  for (const auto& [name, view] : shards.tensors) {
    const TensorView* other = whole.find(name);
    ASSERT_NE(other, nullptr) << name;
    EXPECT_EQ(view.shape, other->shape) << name;
  }
}

}  // namespace
}  // namespace tandem
