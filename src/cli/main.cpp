// The program `tandem`: parses, calls, prints; no logic.

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "base/interrupt.h"
#include "base/isa.h"
#include "base/thread_pool.h"
#include "cli/checks.h"
#include "cli/context.h"
#include "cli/search_verbs.h"
#include "cli/sort_verbs.h"

namespace {

using namespace tandem;

constexpr int kInterrupted = 130;

// The first signal asks for a clean end, the second one ends at once.
void on_signal(int) {
  static volatile std::sig_atomic_t signals = 0;
  signals = signals + 1;
  if (signals > 1) std::_Exit(kInterrupted);
  request_interrupt();
}

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;  // without SA_RESTART: a waiting read ends
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

// Where one of them is closed, the next file that is opened would get its number, and what is
// printed would land in that file. Output that nobody takes stays an error: it is opened for
// reading. A sentence on stderr that nobody hears is none.
void hold_standard_streams() {
  constexpr int kModes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number)
    if (::fcntl(number, F_GETFD) < 0) ::open("/dev/null", kModes[number]);
}

int run(int argc, char** argv) {
  cli::Context context;
  context.arguments.assign(argv, argv + argc);
  CLI::App app("Tandem: CLIP in C++. Pictures and words in one space.", "tandem");
  app.set_version_flag("--version", "tandem " TANDEM_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  cli::add_classify(app, context);
  cli::add_match(app, context);
  cli::add_illustrate(app, context);
  cli::add_embed(app, context);
  cli::add_tokenize(app, context);
  cli::add_preprocess(app, context);
  cli::add_inspect(app, context);
  cli::add_convert(app, context);
  cli::add_verify(app, context);
  cli::add_doctor(app, context);
  cli::add_bench(app, context);
  cli::add_eval(app, context);
  cli::add_tokenizer(app, context);
  cli::add_train(app, context);
  cli::add_export(app, context);
  cli::add_index(app, context);
  cli::add_library(app, context);
  cli::add_sort(app, context);
  cli::add_search(app, context);
  cli::add_similar(app, context);
  cli::add_duplicates(app, context);
  cli::add_describe(app, context);
  // Verbs run in their callbacks, after the whole line was understood.
  try {
    chosen_isa();  // what TANDEM_ISA asks for in vain is an error of every verb
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  } catch (const Error& error) {
    context.complain(error.what());
  } catch (const std::system_error&) {  // {fmt} throws it where stdout takes no more
    std::clearerr(stdout);
    context.complain("standard output could not be written; make room or choose another place");
    return 1;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    context.complain("standard output could not be written; make room or choose another place");
  return context.failures == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_streams();
  catch_signals();
  try {
    return run(argc, argv);
  } catch (const Interrupted&) {
    return kInterrupted;
  } catch (const std::exception& error) {
    cli::say(std::string(error.what()) + "; this is a fault of Tandem, please report it");
    return 1;
  }
}
