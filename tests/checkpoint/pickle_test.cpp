#include "checkpoint/pickle.h"

#include <gtest/gtest.h>

#include <set>

#include "base/scratch_folder.h"
#include "checkpoint/pickle_builder.h"

namespace tandem {
namespace {

using namespace tandem_test;
using std::string_literals::operator""s;

Pickle parse(const std::string& bytes) {
  return parse_pickle(std::as_bytes(std::span(bytes)), "x.pt");
}

std::string said_of(const std::string& bytes) {
  return refusal([&] { parse(bytes); });
}

template <class T>
T value_of(const std::string& body) {
  const Pickle pickle = parse(pickle_of(body));
  const T* value = pickle.root->as<T>();
  if (value == nullptr) throw std::runtime_error("another kind of value");
  return *value;
}

TEST(Pickle, ReadsScalars) {
  EXPECT_TRUE(value_of<bool>("\x88"));
  EXPECT_FALSE(value_of<bool>("\x89"));
  value_of<PickleNone>("N");
  EXPECT_EQ(value_of<int64_t>("K\xff"), 255);
  EXPECT_EQ(value_of<int64_t>("M\xff\xff"), 65535);
  EXPECT_EQ(value_of<int64_t>("J\xff\xff\xff\xff"), -1);
  EXPECT_EQ(value_of<int64_t>("\x8a\x00"s), 0);
  EXPECT_EQ(value_of<int64_t>("\x8a\x01\x80"s), -128);
  EXPECT_EQ(value_of<int64_t>("\x8a\x02\x00\x80"s), -32768);
  EXPECT_EQ(value_of<int64_t>(pickled_number(INT64_MIN)), INT64_MIN);
  EXPECT_EQ(value_of<int64_t>("\x8b\x01\x00\x00\x00\x07"s), 7);
  EXPECT_EQ(value_of<PickleLong>("\x8a\x09" + std::string(9, 'x')).bytes, std::string(9, 'x'));
  EXPECT_EQ(value_of<double>("G\x40\x0c\x00\x00\x00\x00\x00\x00"s), 3.5);
}

TEST(Pickle, ReadsTextAndBytes) {
  EXPECT_EQ(value_of<std::string>("X\x02\x00\x00\x00hi"s), "hi");
  EXPECT_EQ(value_of<std::string>("\x8c\x02hi"), "hi");
  EXPECT_EQ(value_of<std::string>("\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi"s), "hi");
  EXPECT_EQ(value_of<std::string>("U\x02hi"), "hi");
  EXPECT_EQ(value_of<std::string>("T\x02\x00\x00\x00hi"s), "hi");
  EXPECT_EQ(value_of<PickleBytes>("C\x02hi").bytes, "hi");
  EXPECT_EQ(value_of<PickleBytes>("B\x02\x00\x00\x00hi"s).bytes, "hi");
  EXPECT_EQ(value_of<PickleBytes>("\x8e\x02\x00\x00\x00\x00\x00\x00\x00hi"s).bytes, "hi");
  EXPECT_EQ(value_of<PickleBytes>("\x96\x02\x00\x00\x00\x00\x00\x00\x00hi"s).bytes, "hi");
  EXPECT_EQ(value_of<PickleBytes>(
                pickled_global("_codecs", "encode") +
                pickled_tuple(pickled_text("a\xc3\xbf\xc2\x80") + pickled_text("latin1")) + "R")
                .bytes,
            "a\xff\x80");
}

TEST(Pickle, ReadsContainers) {
  EXPECT_EQ(value_of<PickleTuple>(")").items.size(), 0u);
  EXPECT_EQ(value_of<PickleTuple>("N\x85").items.size(), 1u);
  EXPECT_EQ(value_of<PickleTuple>("NN\x86").items.size(), 2u);
  EXPECT_EQ(value_of<PickleTuple>("NNN\x87").items.size(), 3u);
  EXPECT_EQ(value_of<PickleTuple>("(NNNNt").items.size(), 4u);
  EXPECT_EQ(value_of<PickleList>("]Na(NNe").items.size(), 3u);
  EXPECT_EQ(value_of<PickleList>("\x8f(NN\x90").items.size(), 2u);
  EXPECT_EQ(value_of<PickleList>("(NN\x91").items.size(), 2u);
  EXPECT_EQ(value_of<PickleDict>("}K\x01Ns(K\x02NK\x03Nu").items.size(), 3u);
  EXPECT_EQ(value_of<PickleDict>(pickled_global("collections", "OrderedDict") + ")RK\x01Ns}b")
                .items.size(),
            1u);
  // OrderedDict([[1, None]]) as Python 2 wrote it; set([1]) in protocol 2.
  EXPECT_EQ(value_of<PickleDict>(pickled_global("collections", "OrderedDict") +
                                 pickled_tuple("]]K\x01" + "aNaa"s) + "R")
                .items.size(),
            1u);
  EXPECT_EQ(value_of<PickleList>(pickled_global("__builtin__", "set") +
                                 pickled_tuple("]K\x01" + "a"s) + "R")
                .items.size(),
            1u);
}

TEST(Pickle, RemembersValues) {
  const Pickle pickle = parse(pickle_of("]q\x05h\x05r\x01\x02\x00\x00j\x01\x02\x00\x00\x87"s));
  const PickleItems& items = pickle.root->as<PickleTuple>()->items;
  EXPECT_EQ(items[0], items[1]);
  EXPECT_EQ(items[0], items[2]);
  EXPECT_EQ(parse(pickle_of("N\x94h" + "\x00\x86"s)).root->as<PickleTuple>()->items.size(), 2u);
  // A list that contains itself is data like any other.
  EXPECT_EQ(value_of<PickleList>("]q\x01h\x01" + "a"s).items.size(), 1u);
}

TEST(Pickle, MakesObjectsInert) {
  const Pickle pickle = parse(pickle_of(pickled_global("__torch__.a.___torch_mangle_1", "Net") +
                                        ")\x81" + pickled_dict("training", "\x88") + "b"));
  const auto* object = pickle.root->as<PickleObject>();
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->class_name, "__torch__.a.___torch_mangle_1.Net");
  EXPECT_EQ(object->state->as<PickleDict>()->items.size(), 1u);
  EXPECT_EQ(
      value_of<PickleObject>(pickled_text("argparse") + pickled_text("Namespace") + "\x93)\x81")
          .class_name.size(),
      18u);
}

TEST(Pickle, MakesTensors) {
  const Pickle pickle = parse(pickle_of(PickledTensor{}.bytes()));
  const auto* tensor = pickle.root->as<PickleTensor>();
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->shape, (Shape{4}));
  EXPECT_EQ(tensor->storage->key, "0");
  EXPECT_EQ(pickle.storages.at("0").elements, 4);
  // torch.Size for a shape, and a parameter around the tensor.
  PickledTensor sized;
  const std::string parameter = pickled_global("torch._utils", "_rebuild_parameter") +
                                pickled_tuple(sized.bytes() + "\x88" + "N") + "R";
  EXPECT_NE(parse(pickle_of(parameter)).root->as<PickleTensor>(), nullptr);
}

TEST(Pickle, StopsAtStop) { EXPECT_EQ(parse(pickle_of("N") + "rest").bytes_read, 4u); }

// Every opcode byte outside the list, by number and, where Python knows it, by name.
TEST(Pickle, RefusesEveryOpcodeOutsideTheList) {
  const std::string known =
      "\x80\x95.(012N\x88\x89JKM\x8a\x8bGX\x8c\x8dUTCB\x8e\x96]}\x8f)t\x91\x85\x86\x87"
      "aseu\x90qhrj\x94"
      "c\x93R\x81\x92Qb";
  int refused = 0;
  for (int opcode = 0; opcode < 256; ++opcode) {
    if (known.find(static_cast<char>(opcode)) != std::string::npos) continue;
    const std::string said = said_of("\x80\x02(N" + std::string(1, static_cast<char>(opcode)) +
                                     std::string(16, '\n') + ".");
    EXPECT_NE(said.find("which Tandem does not read"), std::string::npos) << opcode << said;
    char number[8];
    snprintf(number, sizeof number, "0x%02x", opcode);
    EXPECT_NE(said.find(number), std::string::npos) << said;
    ++refused;
  }
  EXPECT_EQ(refused, 256 - static_cast<int>(known.size()));
  EXPECT_NE(said_of("\x80\x02i").find("INST"), std::string::npos);
  EXPECT_NE(said_of("\x80\x02\x82\x01").find("EXT1"), std::string::npos);
}

TEST(Pickle, RefusesEveryGlobalOutsideTheListByName) {
  const std::vector<std::pair<const char*, const char*>> globals = {
      {"os", "system"},
      {"posix", "system"},
      {"nt", "system"},
      {"subprocess", "Popen"},
      {"builtins", "eval"},
      {"builtins", "exec"},
      {"builtins", "getattr"},
      {"builtins", "__import__"},
      {"builtins", "open"},
      {"__builtin__", "eval"},
      {"runpy", "_run_code"},
      {"importlib", "import_module"},
      {"webbrowser", "open"},
      {"torch", "load"},
      {"torch", "UntypedStorage"},
      {"torch.storage", "UntypedStorage"},
      {"torch.storage", "_load_from_bytes"},
      {"torch.hub", "load"},
      {"torch._utils", "_rebuild_tensor_v3"},
      {"torch", "ComplexFloatStorage"},
      {"torch.nn.modules.linear", "Linear"},
      {"numpy", "load"},
      {"numpy.testing._private.utils", "runstring"},
      {"collections", "OrderedDict.__reduce__"},
      {"__torch", "_.system"},
      {"", ""},
  };
  for (const auto& [module, name] : globals) {
    const std::string full = std::string(module) + "." + name;
    for (const std::string& body :
         {pickled_global(module, name), pickled_text(module) + pickled_text(name) + "\x93"}) {
      const std::string said = said_of(pickle_of(body + pickled_tuple(pickled_text("true")) + "R"));
      EXPECT_NE(said.find("needs \"" + full + "\""), std::string::npos) << said;
    }
  }
}

TEST(Pickle, RefusesWhatIsDamaged) {
  const std::string far = "\xff\xff\xff\xff";
  struct Case {
    const char* what;
    std::string bytes;
    const char* sentence;
  };
  const std::vector<Case> cases = {
      {"empty", "", "whole file"},
      {"no stop", "\x80\x02N", "whole file"},
      {"stop without a value", pickle_of(""), "not there"},
      {"two values", pickle_of("NN"), "left over"},
      {"open mark", pickle_of("(N"), "left over"},
      {"protocol 1", "\x80\x01N.", "protocol 1"},
      {"protocol 6", "\x80\x06N.", "protocol 6"},
      {"close without open", pickle_of("Nt"), "never opened"},
      {"pop below a mark", pickle_of("N(0t"), "not there"},
      {"pop of nothing", pickle_of("0"), "not there"},
      {"unknown memory", pickle_of("h\x01"), "never made"},
      {"memory of nothing", pickle_of("q\x01"), "not there"},
      {"text longer than the file", pickle_of("X" + far.substr(0, 3) + "\x00"s), "whole file"},
      {"more text than is read", pickle_of("X" + far), "bytes of text"},
      {"text of 2^64 bytes", pickle_of("\x8d" + far + far), "bytes of text"},
      {"number longer than the file", pickle_of("\x8a\xff"), "whole file"},
      {"frame longer than the file", pickle_of("\x95" + far + far + "N"), "frame"},
      {"append to nothing", pickle_of("Na"), "not there"},
      {"append to a number", pickle_of("K\x01Na"), "no list"},
      {"items of a list", pickle_of("]NNs"), "no dict"},
      {"key without value", pickle_of("}(Nu"), "without a value"},
      {"call of a number", pickle_of("K\x01)R"), "no name of a class"},
      {"call with a list", pickle_of(pickled_global("argparse", "Namespace") + "]R"), "no name"},
      {"call of a storage type", pickle_of(pickled_global("torch", "FloatStorage") + ")R"),
       "type of storage"},
      {"named arguments",
       pickle_of(pickled_global("argparse", "Namespace") + ")" + pickled_dict("a", "N") + "\x92"),
       "named arguments"},
      {"global of numbers", pickle_of("K\x01K\x02\x93"), "no text"},
      {"name without an end", "\x80\x02" + std::string(1, 'c') + std::string(2000, 'a'),
       "without an end"},
      {"state for a number", pickle_of("K\x01}b"), "attributes"},
      {"bytes of no Latin-1",
       pickle_of(pickled_global("_codecs", "encode") + pickled_tuple(pickled_text("\xc4\x80")) +
                 "R"),
       "Latin-1"},
      {"dict of no pairs",
       pickle_of(pickled_global("collections", "OrderedDict") + pickled_tuple("]K\x01" + "a"s) +
                 "R"),
       "no pairs"},
      {"persistent id of text", pickle_of(pickled_text("0") + "Q"), "no tuple"},
      {"module with its source", pickle_of(pickled_tuple(pickled_text("module")) + "Q"),
       "source code"},
      {"storage of too little", pickle_of(pickled_tuple(pickled_text("storage")) + "Q"),
       "otherwise than torch"},
      {"storage of a bag type", pickle_of(pickled_storage("0", 4, "device")),
       "otherwise than torch"},
      {"storage of negative size", pickle_of(pickled_storage("0", -1)), "otherwise than torch"},
      {"storage with a giant key", pickle_of(pickled_storage(std::string(2000, 'k'), 1)),
       "otherwise than torch"},
      {"one storage, two sizes",
       pickle_of(pickled_storage("0", 4) + pickled_storage("0", 5) + "\x86"), "two ways"},
      {"one storage, two types",
       pickle_of(pickled_storage("0", 4) + pickled_storage("0", 4, "LongStorage") + "\x86"),
       "two ways"},
      {"view outside of its storage",
       pickle_of(pickled_storage(
           "0", 4, "FloatStorage",
           pickled_tuple(pickled_text("v") + pickled_number(3) + pickled_number(2)))),
       "outside"},
      {"view that wraps around",
       pickle_of(pickled_storage(
           "0", 4, "FloatStorage",
           pickled_tuple(pickled_text("v") + pickled_number(INT64_MAX) + pickled_number(2)))),
       "outside"},
      {"tensor of one argument",
       pickle_of(pickled_global("torch._utils", "_rebuild_tensor_v2") + "N\x85R"), "too few"},
      {"tensor of text sizes", pickle_of(PickledTensor{.shape = pickled_text("4")}.bytes()),
       "other arguments"},
      {"tensor of more sizes than strides",
       pickle_of(PickledTensor{.shape = pickled_number(2) + pickled_number(2)}.bytes()),
       "other arguments"},
      {"tensor without a storage", pickle_of(PickledTensor{.storage = "N"}.bytes()),
       "other arguments"},
  };
  for (const auto& [what, bytes, sentence] : cases) {
    const std::string said = said_of(bytes);
    EXPECT_NE(said.find(sentence), std::string::npos) << what << ": " << said;
    EXPECT_EQ(said.find("x.pt"), 0u) << what << ": " << said;
  }
}

TEST(Pickle, LimitsWhatAShortFileCanMake) {
  const auto repeated = [](const std::string& part, size_t times) {
    std::string all;
    all.reserve(part.size() * times);
    for (size_t i = 0; i < times; ++i) all += part;
    return all;
  };
  constexpr size_t kMany = (size_t{1} << 22) + 1;
  EXPECT_NE(said_of(repeated("N0", kMany)).find("values"), std::string::npos);
  EXPECT_NE(said_of("N" + repeated("2", kMany)).find("stacks more"), std::string::npos);
  EXPECT_NE(said_of(repeated("(", kMany)).find("containers"), std::string::npos);
  EXPECT_NE(said_of("N" + repeated("\x94", kMany)).find("remembers more"), std::string::npos);
  EXPECT_NE(said_of("N" + repeated("20", kMany * 4)).find("opcodes"), std::string::npos);
}

TEST(Pickle, EveryTruncationIsRefused) {
  const std::string whole = pickle_of(pickled_dict("a", PickledTensor{}.bytes()));
  ASSERT_EQ(said_of(whole), "");
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(said_of(whole.substr(0, length)), "") << length;
}

}  // namespace
}  // namespace tandem
