#include "base/interrupt.h"

#include <atomic>

namespace tandem {
namespace {

std::atomic<bool> requested{false};
thread_local int holds = 0;
static_assert(std::atomic<bool>::is_always_lock_free);  // it is set in a signal handler

}  // namespace

void request_interrupt() noexcept { requested = true; }

bool interrupt_requested() noexcept { return requested; }

void check_interrupt() {
  if (requested && holds == 0) throw Interrupted();
}

InterruptHold::InterruptHold() noexcept { ++holds; }

InterruptHold::~InterruptHold() { --holds; }

}  // namespace tandem
