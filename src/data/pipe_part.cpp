// Samples of a tar that a command writes.
#include <filesystem>

#include "base/fail.h"
#include "data/pipe.h"
#include "data/sample_part.h"

namespace tandem {

std::unique_ptr<SamplePart> open_pipe_part(const PartRequest& request) {
  PartRequest of_spool = request;
  of_spool.path = spool_pipe(request.path.substr(std::string_view(kPipe).size()), request.cache);
  of_spool.shown = request.path;
  try {
    return open_tar_part(of_spool);
  } catch (const Error& error) {
    // Output that is no tar is not kept: the mended command may be the same words.
    std::error_code ignored;
    if (error.kind() != ErrorKind::io) std::filesystem::remove(of_spool.path, ignored);
    throw;
  }
}

}  // namespace tandem
