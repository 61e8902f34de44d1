#include "cli/thumbnails.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "base/fail.h"
#include "cli/context.h"

namespace tandem::cli {
namespace {

std::string find_chafa() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const std::string program = folder + "/chafa"; ::access(program.c_str(), X_OK) == 0)
      return program;
  return {};
}

}  // namespace

Thumbnails::Thumbnails(const std::string& wish) {
  if (wish == "never" || (wish == "auto" && !on_terminal())) return;
  chafa_ = find_chafa();
  if (chafa_.empty() && wish == "always")
    fail(ErrorKind::unsupported,
         "--thumbnails always needs the program chafa; install it, or leave thumbnails at auto");
}

void Thumbnails::show(const std::string& path) const {
  if (chafa_.empty()) return;
  std::fflush(stdout);
  // A name that begins with - is no option behind --.
  const char* const arguments[] = {"chafa", "--size", "32x12", "--", path.c_str(), nullptr};
  const pid_t child = ::fork();
  if (child == 0) {
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    ::execv(chafa_.c_str(), const_cast<char* const*>(arguments));
    ::_exit(127);
  }
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace tandem::cli
