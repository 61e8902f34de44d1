#include "backend/torch_library.h"

#include "base/fail.h"

namespace tandem {

std::unique_ptr<Encoder> make_torch_encoder(const ModelConfig&, const TensorStore&,
                                            const std::string&) {
  fail(ErrorKind::unsupported, "the torch backend is not built; install libtorch-dev and build again");
}

std::string torch_library_path(std::string* why) {
  if (why) *why = "the torch backend is not built";
  return "";
}

}  // namespace tandem
