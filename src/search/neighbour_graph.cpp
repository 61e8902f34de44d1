#include "search/neighbour_graph.h"

#include <dlfcn.h>

#include <filesystem>

#include "base/fail.h"
#include "base/library_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "libtandem-faiss.so";
constexpr const char* kRemedy = "install libfaiss-dev, a BLAS and LAPACK, and build Tandem again";

struct FaissLibrary {
  void* handle = nullptr;
  std::string path, why;
};

FaissLibrary open_library() {
  const fs::path folder = library_folder();
  FaissLibrary library;
  for (const fs::path& path : {folder / kName, folder / "lib" / kName}) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) continue;
    library.path = path.string();
    library.handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library.handle == nullptr)
      library.why = fmt::format("{}: cannot be opened ({}); {}", library.path, dlerror(), kRemedy);
    return library;
  }
  library.why = fmt::format("there is no {} in {}; {}", kName, folder.string(), kRemedy);
  return library;
}

const FaissLibrary& library() {
  static const FaissLibrary opened = open_library();
  return opened;
}

void* symbol(const char* name) {
  if (library().handle == nullptr) fail(ErrorKind::unsupported, "{}", library().why);
  void* found = dlsym(library().handle, name);
  if (found == nullptr)
    fail(ErrorKind::unsupported, "{}: belongs to another version of Tandem; {}", library().path,
         kRemedy);
  return found;
}

}  // namespace

std::string graph_path(const VectorFile& vectors) { return vectors.path() + ".hnsw"; }

std::string faiss_library_path(std::string* why) {
  if (why) *why = library().why;
  return library().handle ? library().path : "";
}

void build_graph(const VectorFile& vectors, const std::string& path, const GraphOptions& options) {
  if (vectors.format() != VectorFormat::f32)
    fail(ErrorKind::unsupported, "{}: a graph is built over f32 vectors; search with f32 first",
         vectors.path());
  reinterpret_cast<BuildGraph>(symbol(kBuildGraphSymbol))(vectors, path, options);
}

std::unique_ptr<NeighbourGraph> open_graph(const VectorFile& vectors, const std::string& path) {
  std::unique_ptr<NeighbourGraph> graph;
  std::error_code ignored;
  if (vectors.format() != VectorFormat::f32 || !fs::exists(path, ignored) ||
      faiss_library_path().empty())
    return graph;
  reinterpret_cast<OpenGraph>(symbol(kOpenGraphSymbol))(vectors, path, graph);
  return graph;
}

}  // namespace tandem
