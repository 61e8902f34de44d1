// What Tandem throws: one exception type, one sentence, one kind.
#pragma once

#include <stdexcept>
#include <string>

namespace tandem {

/// Why something could not be done, for programs; the message is for people.
enum class ErrorKind {
  bad_input,    ///< a picture, text or argument is not what it must be
  bad_model,    ///< a checkpoint contradicts itself or is damaged
  unsupported,  ///< a valid thing that Tandem does not do
  io,           ///< the system refused to read or write
  limit,        ///< a size is above a limit that can be raised
};

/// Thrown by every function of Tandem that cannot do what it was asked. The
/// message is one sentence: what, where, and the way out.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace tandem
