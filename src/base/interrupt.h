// Ending early and cleanly: a signal asks, long work looks.
#pragma once

namespace tandem {

/// Thrown by check_interrupt(), so that destructors remove what is half done.
struct Interrupted {};

/// Safe in a signal handler.
void request_interrupt() noexcept;

/// Whether it was called: for work that ends by saving rather than by an exception.
bool interrupt_requested() noexcept;

/// Throws Interrupted once request_interrupt() was called.
void check_interrupt();

}  // namespace tandem
