#include "checkpoint/npy.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/scratch_folder.h"

namespace tandem {
namespace {

using tandem_test::refusal;
using tandem_test::ScratchFolder;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// A version 1 file of this dict and this many bytes of elements.
std::string npy(const std::string& dict, size_t data_bytes, char version = 1) {
  std::string file = std::string("\x93NUMPY") + version + '\0';
  file += static_cast<char>(dict.size() & 0xff);
  file += static_cast<char>(dict.size() >> 8);
  if (version > 1) file += std::string(2, '\0');
  return file + dict + std::string(data_bytes, '\0');
}

std::string dict_of(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

TEST(Npy, WritesWhatNumpyWrites) {
  const ScratchFolder folder;
  write_npy(folder.path("x.npy"), {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  const std::string written = read_file(folder.path("x.npy"));
  // numpy.save(f, numpy.arange(1, 7, dtype="f4").reshape(2, 3)), 1.24
  const std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  std::string expected = std::string("\x93NUMPY\x01\x00v\x00", 10) + dict;
  expected.resize(127, ' ');
  expected += "\n";
  EXPECT_EQ(written.substr(0, 128), expected);
  EXPECT_EQ(written.size(), 128u + 24);
}

TEST(Npy, ReadsBackEveryTypeAndShape) {
  const ScratchFolder folder;
  const std::vector<std::byte> bytes(48, std::byte{1});
  for (const DType dtype : {DType::f64, DType::f32, DType::f16, DType::i64, DType::i32, DType::i16,
                            DType::i8, DType::u8, DType::boolean})
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{0}, Shape{2, 3}, Shape{1, 2, 3}}) {
      const auto count = static_cast<size_t>(element_count(shape)) * size_of(dtype);
      write_npy(folder.path("x"), {dtype, shape, std::span(bytes).first(count)});
      const NpyFile read = read_npy(folder.path("x"));
      EXPECT_EQ(read.array.dtype, dtype);
      EXPECT_EQ(read.array.shape, shape);
      EXPECT_EQ(read.array.bytes.size(), count);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(read.array.bytes.data()) % 64, 0u);
    }
}

TEST(Npy, ReadsOtherSpellingsOfTheHeader) {
  for (const std::string& dict :
       {dict_of("<f4", "(2, 1)"),
        std::string("{\"shape\":(2L,1L),\"fortran_order\":False,"
                    "\"descr\":\"<f4\"}"),
        std::string("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)}      \n")})
    for (const char version : {1, 2, 3})
      EXPECT_EQ(parse_npy(bytes_of(npy(dict, 8, version)), "x").shape, (Shape{2, 1})) << dict;
  // A single axis is in both orders.
  EXPECT_EQ(
      parse_npy(bytes_of(npy("{'descr':'<f4','fortran_order':True,'shape':(2,)}", 8)), "x").shape,
      (Shape{2}));
}

TEST(Npy, RefusesWhatItCannotReadWithASentence) {
  struct Case {
    const char* what;
    std::string file;
    const char* sentence;
  };
  const std::vector<Case> cases = {
      {"empty", "", "no .npy"},
      {"magic alone", "\x93NUMPY", "no .npy"},
      {"version 4", npy(dict_of("<f4", "(1,)"), 4, 4), "version 4"},
      {"header cut off", npy(dict_of("<f4", "(1,)"), 4).substr(0, 30), "whole file"},
      {"giant header", std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12), "at most 65536"},
      {"elements missing", npy(dict_of("<f4", "(2,)"), 7), "7 bytes of elements"},
      {"elements left over", npy(dict_of("<f4", "(2,)"), 9), "9 bytes of elements"},
      {"wrapped-around shape", npy(dict_of("<f4", "(4611686018427387904, 4)"), 0),
       "no memory can hold"},
      {"negative shape", npy(dict_of("<f4", "(-1,)"), 4), "no memory can hold"},
      {"number above 2^64", npy(dict_of("<f4", "(99999999999999999999,)"), 4), "numpy writes"},
      {"big endian", npy(dict_of(">f4", "(1,)"), 4), "\">f4\""},
      {"objects", npy(dict_of("|O", "(1,)"), 8), "\"|O\""},
      {"text", npy(dict_of("<U3", "(1,)"), 12), "\"<U3\""},
      {"records", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4),
       "records"},
      {"Fortran order", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", 16),
       "Fortran"},
      {"no shape", npy("{'descr': '<f4', 'fortran_order': False, }", 4), "numpy writes"},
      {"a key twice", npy("{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }", 4), "numpy writes"},
      {"unknown key", npy("{'what': '<f4', }", 4), "numpy writes"},
      {"no dict", npy("[]", 4), "numpy writes"},
      {"open dict", npy("{'descr': '<f4'", 4), "numpy writes"},
      {"open string", npy("{'descr", 4), "numpy writes"},
      {"code", npy("{'descr': __import__('os')}", 4), "numpy writes"},
      {"text behind the dict", npy(dict_of("<f4", "(1,)") + "x", 4), "numpy writes"},
  };
  for (const auto& [what, file, sentence] : cases) {
    const std::string said = refusal([&file = file] { parse_npy(bytes_of(file), "x.npy"); });
    EXPECT_NE(said.find(sentence), std::string::npos) << what << ": " << said;
    EXPECT_EQ(said.find("x.npy"), 0u) << what << ": " << said;
  }
}

TEST(Npy, RefusesToWriteWhatNumpyLacks) {
  const ScratchFolder folder;
  const std::vector<std::byte> bytes(4);
  EXPECT_NE(refusal([&] {
              write_npy(folder.path("x"), {DType::bf16, {2}, bytes});
            }).find("BF16"),
            std::string::npos);
  EXPECT_NE(refusal([&] {
              write_npy(folder.path("x"), {DType::f32, {2}, bytes});
            }).find("do not fit"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.path("x")));
}

}  // namespace
}  // namespace tandem
