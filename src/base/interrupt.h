// Ending early and cleanly: a signal asks, long work looks.
#pragma once

namespace tandem {

/// Thrown by check_interrupt(), so that destructors remove what is half done.
struct Interrupted {};

/// Safe in a signal handler.
void request_interrupt() noexcept;

/// Whether it was called: for work that ends by saving rather than by an exception.
bool interrupt_requested() noexcept;

/// Throws Interrupted once request_interrupt() was called, unless the thread holds it off.
void check_interrupt();

/// Holds interrupts off on its thread while it lives: for a save that one asked for.
class InterruptHold {
 public:
  InterruptHold() noexcept;
  ~InterruptHold();
  InterruptHold(const InterruptHold&) = delete;
  InterruptHold& operator=(const InterruptHold&) = delete;
};

}  // namespace tandem
