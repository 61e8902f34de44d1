// The border to libtorch: its exceptions become sentences, its threads ours.
#pragma once

#include <c10/util/Exception.h>

#include <new>
#include <utility>

#include "base/fail.h"

namespace tandem::torch_backend {

/// Throws the Error for what libtorch said: limit where memory ran out, else unsupported.
[[noreturn]] void fail_with(const c10::Error& error);

/// Gives libtorch thread_count() threads for the calls of this thread.
void use_our_threads();

/// Everything that leaves libtandem-torch.so goes through here.
template <class Body>
decltype(auto) at_border(Body&& body) {
  try {
    use_our_threads();
    return std::forward<Body>(body)();
  } catch (const c10::Error& error) {
    fail_with(error);
  } catch (const std::bad_alloc&) {
    fail(ErrorKind::limit, "libtorch: memory ran out; use smaller batches");
  }
}

}  // namespace tandem::torch_backend
