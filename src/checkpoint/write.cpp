#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/fail.h"
#include "base/half.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/config_difference.h"
#include "checkpoint/write_layouts.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

// A folder beside the wanted one, which takes its name at the end or vanishes.
class FolderInMaking {
 public:
  explicit FolderInMaking(const std::string& folder) : target_(folder) {
    while (target_.size() > 1 && target_.ends_with('/')) target_.pop_back();
    std::error_code error;
    if (fs::exists(target_, error) &&
        !(fs::is_directory(target_, error) && fs::is_empty(target_, error)))
      fail(ErrorKind::bad_input, "{}: exists and is no empty folder; choose another name", target_);
    const fs::path parent = fs::path(target_).parent_path();
    if (!parent.empty()) fs::create_directories(parent, error);
    std::string pattern = target_ + ".XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr)
      fail(ErrorKind::io, "{}: cannot be made beside this name ({})", target_,
           std::strerror(errno));
    path_ = pattern;
    fs::permissions(path_, fs::perms(0755), error);
  }
  ~FolderInMaking() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  FolderInMaking(const FolderInMaking&) = delete;
  FolderInMaking& operator=(const FolderInMaking&) = delete;

  const std::string& path() const { return path_; }

  void commit() {
    std::error_code error;
    fs::rename(path_, target_, error);
    if (error) fail(ErrorKind::io, "{}: cannot take its name ({})", target_, error.message());
    path_.clear();
  }

 private:
  std::string target_;
  std::string path_;
};

bool brings_tokenizer(const TokenizerFiles& files) {
  return !files.tokenizer_json.empty() || !files.vocab.empty() || !files.bpe_vocab.empty();
}

// Hugging Face's tokenizer has one way to clean; the other libraries' usual one
// gives the same ids for all but damaged text, and Tandem notes it.
void check_cleaning(Cleaning cleaning, Layout layout, bool tokenizer_files) {
  const bool keeps_case =
      cleaning == Cleaning::whitespace || cleaning == Cleaning::whitespace_underscore;
  if ((keeps_case || cleaning == Cleaning::canonicalize) && layout == Layout::hugging_face)
    fail(ErrorKind::unsupported,
         "the Hugging Face layout cannot say that texts lose their punctuation or keep their case; "
         "write the open_clip layout");
  if (keeps_case && tokenizer_files)
    fail(ErrorKind::unsupported,
         "the open_clip layout cannot say that texts keep their case where the folder brings its "
         "own "
         "vocabulary; there Hugging Face's tokenizer lowers it");
}

std::vector<std::byte> converted(const TensorView& tensor, DType dtype) {
  const std::vector<float> values = to_float(tensor);
  std::vector<std::byte> bytes(values.size() * size_of(dtype));
  for (size_t i = 0; i < values.size(); ++i) {
    if (dtype == DType::f32) {
      std::memcpy(&bytes[4 * i], &values[i], 4);
    } else {
      const uint16_t half =
          dtype == DType::f16 ? f16_from_float(values[i]) : bf16_from_float(values[i]);
      std::memcpy(&bytes[2 * i], &half, 2);
    }
  }
  return bytes;
}

}  // namespace

TensorView in_type(const TensorView& tensor, std::optional<DType> dtype, TensorStore& owned) {
  if (!dtype || *dtype == tensor.dtype) return tensor;
  const std::string name = "converted." + std::to_string(owned.tensors.size());
  return owned.add(name, *dtype, tensor.shape, converted(tensor, *dtype));
}

void check_said(const ModelConfig& config, const ModelConfig& said, const char* layout) {
  const auto difference = first_difference(config, said);
  if (!difference) return;
  fail(ErrorKind::unsupported,
       "the {} layout cannot say that {} is {} (it would be {}); write the other layout", layout,
       difference->where, difference->first, difference->second);
}

void write_checkpoint(const Checkpoint& checkpoint, const std::string& folder, Layout layout,
                      std::optional<DType> dtype) {
  if (dtype && *dtype != DType::f32 && *dtype != DType::f16 && *dtype != DType::bf16)
    fail(ErrorKind::unsupported, "weights cannot be written as {}; choose F32, F16 or BF16",
         name_of(*dtype));
  if (layout != Layout::hugging_face && layout != Layout::open_clip)
    fail(ErrorKind::unsupported, "the {} layout is only read; write the hf or open_clip layout",
         name_of(layout));
  const bool tokenizer_files = checkpoint.config.text && brings_tokenizer(checkpoint.tokenizer);
  check_cleaning(checkpoint.cleaning, layout, tokenizer_files);
  FolderInMaking making(folder);
  if (layout == Layout::hugging_face)
    write_hugging_face(checkpoint, making.path(), dtype);
  else
    write_open_clip(checkpoint, making.path(), dtype, tokenizer_files);
  if (tokenizer_files)
    Tokenizer::load(checkpoint.tokenizer, checkpoint.cleaning, checkpoint.config.text->vocab_size)
        .write(making.path());
  making.commit();
}

}  // namespace tandem
