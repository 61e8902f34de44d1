#include "backend/torch_library.h"

#include <dlfcn.h>

#include <filesystem>
#include <vector>

#include "base/fail.h"
#include "base/library_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "libtandem-torch.so";
constexpr const char* kRemedy =
    "install libtorch-dev and libopenblas0-openmp and build Tandem again";

struct Library {
  void* handle = nullptr;
  std::string path;
  std::string why;  // it could not be opened
};

std::string path_of(void* symbol, const std::string& otherwise) {
  Dl_info where{};
  return dladdr(symbol, &where) != 0 && where.dli_fname != nullptr ? where.dli_fname : otherwise;
}

// Never closed: libtorch does not survive being unloaded.
Library open_library() {
  const fs::path folder = library_folder();
  Library library;
  for (const fs::path& path : {folder / kName, folder / "lib" / kName, fs::path(kName)}) {
    std::error_code ignored;
    const bool is_file = path.has_parent_path();
    if (is_file && !fs::exists(path, ignored)) continue;
    library.handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library.handle == nullptr && !is_file) continue;
    library.path = path.string();
    if (library.handle == nullptr)
      library.why = fmt::format("{}: cannot be opened ({}); {}", library.path, dlerror(), kRemedy);
    else if (void* symbol = dlsym(library.handle, kTorchEncoderSymbol))
      library.path = path_of(symbol, library.path);
    return library;
  }
  library.why = fmt::format(
      "the torch backend is not built: there is no {} in {}, nor where the system looks; {}", kName,
      folder.string(), kRemedy);
  return library;
}

const Library& library() {
  static const Library opened = open_library();
  return opened;
}

template <class Function>
Function function(const char* name) {
  return reinterpret_cast<Function>(torch_symbol(name));
}

}  // namespace

void* torch_symbol(const char* name) {
  if (library().handle == nullptr) fail(ErrorKind::unsupported, "{}", library().why);
  void* symbol = dlsym(library().handle, name);
  if (symbol == nullptr)
    fail(ErrorKind::unsupported, "{}: belongs to another version of Tandem, it has no {}; {}",
         library().path, name, kRemedy);
  return symbol;
}

std::unique_ptr<Encoder> make_torch_encoder(const ModelConfig& config, const TensorStore& weights,
                                            const std::string& device) {
  std::unique_ptr<Encoder> encoder;
  function<MakeTorchEncoder>(kTorchEncoderSymbol)(config, weights, device, encoder);
  return encoder;
}

std::string torch_library_path(std::string* why) {
  if (why) *why = library().why;
  return library().handle ? library().path : "";
}

TorchInfo torch_info() {
  TorchInfo info;
  function<FillTorchInfo>(kTorchInfoSymbol)(info);
  info.path = library().path;
  return info;
}

}  // namespace tandem
