#include "checkpoint/torch_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/scratch_folder.h"
#include "checkpoint/pickle_builder.h"
#include "checkpoint/zip_builder.h"

namespace tandem {
namespace {

using namespace tandem_test;
using std::string_literals::operator""s;

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

const std::string kFour = floats({1, 2, 3, 4});

// An archive as torch.save writes it, of this root and storage "0".
std::string archive(const std::string& root, const std::string& storage = kFour,
                    std::vector<Entry> more = {}) {
  std::vector<Entry> entries = {stored("x/data.pkl", pickle_of(root)), stored("x/data/0", storage),
                                stored("x/version", "3\n")};
  entries.insert(entries.end(), more.begin(), more.end());
  return zip_of(entries);
}

// The older file: five pickles, then each storage's length and bytes.
struct Legacy {
  std::string magic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
  std::string protocol = "M\xe9\x03";
  std::string system = pickled_dict("little_endian", "\x88");
  std::string root = pickled_dict("a", PickledTensor{}.bytes());
  std::string keys = "]" + pickled_text("0") + "a";
  int64_t elements = 4;
  std::string storage = kFour;

  std::string bytes() const {
    std::string length(8, '\0');
    std::memcpy(length.data(), &elements, 8);
    return pickle_of(magic) + pickle_of(protocol) + pickle_of(system) + pickle_of(root) +
           pickle_of(keys) + length + storage;
  }
};

// The state dict of a file's bytes, copied so that it outlives them.
std::map<std::string, std::vector<double>> state_dict(const std::string& bytes) {
  const TensorStore store =
      state_dict_of(parse_torch_file(std::as_bytes(std::span(bytes)), "x.pt"));
  std::map<std::string, std::vector<double>> values;
  for (const auto& [name, view] : store.tensors) values[name] = to_double(view);
  return values;
}

using Values = std::map<std::string, std::vector<double>>;
const Values kA = {{"a", {1, 2, 3, 4}}};

std::string tensor() { return PickledTensor{}.bytes(); }

TEST(TorchFile, ReadsBothContainers) {
  EXPECT_EQ(state_dict(archive(pickled_dict("a", tensor()))), kA);
  EXPECT_EQ(state_dict(Legacy{}.bytes()), kA);
}

TEST(TorchFile, ReadsDeflatedArchives) {
  const std::string root = pickle_of(pickled_dict("a", tensor()));
  EXPECT_EQ(state_dict(zip_of({packed("x/data.pkl", root), packed("x/data/0", kFour),
                               packed("x/byteorder", "little")})),
            kA);
}

TEST(TorchFile, TakesStridedTensorsApart) {
  PickledTensor transposed;
  transposed.shape = pickled_number(2) + pickled_number(2);
  transposed.strides = pickled_number(1) + pickled_number(2);
  EXPECT_EQ(state_dict(archive(pickled_dict("a", transposed.bytes()))),
            (Values{{"a", {1, 3, 2, 4}}}));
  // Two tensors in one storage.
  PickledTensor first, second;
  first.shape = second.shape = pickled_number(2);
  second.offset = 2;
  EXPECT_EQ(state_dict(archive("}(" + pickled_text("a") + first.bytes() + pickled_text("b") +
                               second.bytes() + "u")),
            (Values{{"a", {1, 2}}, {"b", {3, 4}}}));
}

TEST(TorchFile, ReadsAViewOfALegacyStorage) {
  Legacy legacy;
  const std::string view =
      pickled_tuple(pickled_text("view") + pickled_number(1) + pickled_number(2));
  legacy.root =
      pickled_dict("a", PickledTensor{.storage = pickled_storage("0", 4, "FloatStorage", view),
                                      .offset = 0,
                                      .shape = pickled_number(2),
                                      .strides = pickled_number(1)}
                            .bytes());
  EXPECT_EQ(state_dict(legacy.bytes()), (Values{{"a", {2, 3}}}));
}

TEST(TorchFile, FindsTheStateDictOfATrainingCheckpoint) {
  const std::string weights = pickled_dict("module.a", tensor());
  EXPECT_EQ(state_dict(archive(pickled_dict("state_dict", weights))), kA);
  EXPECT_EQ(state_dict(archive(pickled_dict("model", weights))), kA);
  EXPECT_EQ(state_dict(archive(pickled_dict("state_dict", pickled_dict("model", weights)))), kA);
  // The prefix is dropped only where the first tensor has it.
  const Values mixed = {{"a", {1, 2, 3, 4}}, {"module.b", {1, 2, 3, 4}}};
  EXPECT_EQ(state_dict(archive("}(" + pickled_text("a") + tensor() + pickled_text("module.b") +
                               tensor() + pickled_text("epoch") + "K\x05u")),
            mixed);
}

std::string module_of(const std::string& attributes) {
  return pickled_global("__torch__.m", "Net") + ")\x81}(" + attributes + "ub";
}

TEST(TorchFile, FlattensTorchScriptModules) {
  const std::string inner = module_of(pickled_text("weight") + tensor() + pickled_text("heads") +
                                      "K\x08" + pickled_text("training") + "\x88");
  const std::string root =
      module_of(pickled_text("a") + tensor() + pickled_text("block") + inner +
                pickled_text("context_length") + "K\x4d" + pickled_text("names") + "]");
  EXPECT_EQ(
      state_dict(archive(root)),
      (Values{{"a", {1, 2, 3, 4}}, {"block.weight", {1, 2, 3, 4}}, {"context_length", {77}}}));
}

TEST(TorchFile, KeepsTheMappingAlive) {
  const ScratchFolder folder;
  TensorStore store = read_state_dict(folder.write("x.pt", archive(pickled_dict("a", tensor()))));
  const TensorStore moved = std::move(store);
  EXPECT_EQ(to_double(*moved.find("a")), kA.at("a"));
  EXPECT_EQ(moved.files.size(), 1u);
  EXPECT_TRUE(moved.buffers.empty());
}

TEST(TorchFile, RefusesWithASentence) {
  struct Case {
    const char* what;
    std::string bytes;
    const char* sentence;
  };
  const std::string good = pickled_dict("a", tensor());
  const auto with = [](auto change) {
    Legacy legacy;
    change(legacy);
    return legacy.bytes();
  };
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  const std::vector<Case> cases = {
      {"empty", "", "is empty"},
      {"text", "hello", "no checkpoint of torch"},
      {"tar", tar, "is a tar"},
      {"zip without data.pkl", zip_of({stored("x/data", "1")}), "without data.pkl"},
      {"two archives in one",
       zip_of({stored("x/data.pkl", pickle_of(good)), stored("y/data.pkl", pickle_of(good))}),
       "two archives"},
      {"big endian", archive(good, kFour, {stored("x/byteorder", "big")}), "byte order \"big\""},
      {"storage missing",
       archive(pickled_dict("a", PickledTensor{.storage = pickled_storage("7", 4)}.bytes())),
       "lacks the storage \"7\""},
      {"storage key that climbs",
       archive(
           pickled_dict("a", PickledTensor{.storage = pickled_storage("../data.pkl", 4)}.bytes())),
       "lacks the storage"},
      {"storage too short", archive(good, floats({1, 2, 3})), "12 bytes where 16"},
      {"storage that wraps around",
       archive(pickled_dict(
           "a", PickledTensor{.storage = pickled_storage("0", int64_t{1} << 62)}.bytes())),
       "no memory can hold"},
      {"tensor outside", archive(pickled_dict("a", PickledTensor{.offset = 1}.bytes())),
       "outside of its storage"},
      {"tensor that overlaps itself",
       archive(pickled_dict("a", PickledTensor{.strides = pickled_number(0)}.bytes())),
       "share memory"},
      {"tensor of negative size",
       archive(pickled_dict("a", PickledTensor{.shape = pickled_number(-4)}.bytes())),
       "no memory can hold"},
      {"a name twice",
       archive("}(" + pickled_text("a") + tensor() + pickled_text("a") + tensor() + "u"), "twice"},
      {"a name twice once module. is gone",
       archive("}(" + pickled_text("module.a") + tensor() + pickled_text("a") + tensor() + "u"),
       "twice"},
      {"no tensors", archive(pickled_dict("epoch", "K\x05")), "no named tensors"},
      {"a bare tensor", archive(tensor()), "no named tensors"},
      {"a number", archive("K\x05"), "no named tensors"},
      {"not torch's magic", with([](Legacy& x) { x.magic = "K\x05"; }), "magic number"},
      {"another protocol", with([](Legacy& x) { x.protocol = "K\x05"; }), "another version"},
      {"no system", with([](Legacy& x) { x.system = "N"; }), "no description of the system"},
      {"big-endian system",
       with([](Legacy& x) { x.system = pickled_dict("little_endian", "\x89"); }), "big-endian"},
      {"no keys", with([](Legacy& x) { x.keys = "N"; }), "0 of 1 storages"},
      {"a key twice",
       with([](Legacy& x) { x.keys = "](" + pickled_text("0") + pickled_text("0") + "e"; }),
       "twice"},
      {"a key for nothing", with([](Legacy& x) { x.keys = "]" + pickled_text("1") + "a"; }),
       "for no tensor"},
      {"keys that are numbers", with([](Legacy& x) { x.keys = "]K\x05"s + "a"; }), "no text"},
      {"another length", with([](Legacy& x) { x.elements = 3; }), "3 elements where 4"},
      {"negative length", with([](Legacy& x) { x.elements = -4; }), "-4 elements"},
      {"storage cut off", with([](Legacy& x) { x.storage.pop_back(); }), "whole file"},
      {"bytes behind it", with([](Legacy& x) { x.storage += "x"; }), "1 bytes behind"},
      {"code in a legacy root", with([](Legacy& x) {
         x.root = pickled_global("os", "system") + pickled_tuple(pickled_text("true")) + "R";
       }),
       "\"os.system\""},
  };
  for (const auto& [what, bytes, sentence] : cases) {
    const std::string said = refusal([&bytes = bytes] { state_dict(bytes); });
    EXPECT_NE(said.find(sentence), std::string::npos) << what << ": " << said;
    EXPECT_EQ(said.find("x.pt"), 0u) << what << ": " << said;
  }
}

TEST(TorchFile, EndsOnModulesThatContainEachOtherManyTimes) {
  // Each level has the level below it twice: 2^60 paths in a file of 2 kB.
  std::string root = module_of(pickled_text("w") + "N") + "q\x01";
  for (int level = 0; level < 60; ++level)
    root = "(" + root + "1" + module_of(pickled_text("a") + "h\x01" + pickled_text("b") + "h\x01") +
           "q\x01";
  const std::string said = refusal([&] { state_dict(archive(root)); });
  EXPECT_NE(said.find("attributes"), std::string::npos) << said;

  const std::string itself =
      pickled_global("__torch__.m", "Net") + ")\x81q\x01}" + pickled_text("a") + "h\x01sb";
  EXPECT_NE(refusal([&] { state_dict(archive(itself)); }).find("deeper"), std::string::npos);
}

TEST(TorchFile, LimitsWhatCopiesTake) {
  // A thousand transposed views of one storage of 1 MB would be 1 GB.
  constexpr int64_t kSide = 512;
  PickledTensor view;
  view.storage = pickled_storage("0", kSide * kSide);
  view.shape = pickled_number(kSide) + pickled_number(kSide);
  view.strides = pickled_number(1) + pickled_number(kSide);
  std::string root = "}(";
  for (int i = 0; i < 1000; ++i) root += pickled_text(std::to_string(i)) + view.bytes();
  const std::string file = archive(root + "u", std::string(kSide * kSide * 4, '\0'));
  EXPECT_NE(refusal([&] { state_dict(file); }).find("copies would take"), std::string::npos);
}

TEST(TorchFile, NamesAFolderAndAMissingFile) {
  const ScratchFolder folder;
  EXPECT_NE(refusal([&] { read_state_dict(folder.path("")); }).find("folder"), std::string::npos);
  EXPECT_NE(refusal([&] { read_state_dict(folder.path("none.pt")); }).find("none.pt"),
            std::string::npos);
}

TEST(TorchFile, EveryTruncationIsRefused) {
  for (const std::string& whole : {archive(pickled_dict("a", tensor())), Legacy{}.bytes()})
    for (size_t length = 0; length < whole.size(); ++length)
      EXPECT_NE(refusal([&] { state_dict(whole.substr(0, length)); }), "") << length;
}

}  // namespace
}  // namespace tandem
