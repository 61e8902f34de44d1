// What a picture is there for (W3C's alt decision tree, WCAG 1.1.1): its author alone knows.
#pragma once

#include <string>
#include <vector>

namespace tandem {

enum class PictureRole {
  decorative,   ///< nothing is lost without it: alt=""
  functional,   ///< a link or a button: the text names where it leads or what it does
  informative,  ///< the text says what it shows
  complex,      ///< a chart or diagram: a short text, and a long description beside it
  text,         ///< words as a picture: the text is those words
};

const char* name_of(PictureRole role);
/// Error: bad_input for another name.
PictureRole role_named(const std::string& name);
std::vector<std::string> role_names();
/// Whether a proposal of this role needs the model.
bool needs_model(PictureRole role);
/// What a person must do, a sentence; `assumed`: nobody said that this is the role.
std::string what_a_person_does(PictureRole role, bool assumed, bool refused);

}  // namespace tandem
