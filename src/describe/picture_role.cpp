#include "describe/picture_role.h"

#include <array>

#include "base/fail.h"

namespace tandem {
namespace {

constexpr std::array kNames = {"decorative", "functional", "informative", "complex", "text"};

}  // namespace

const char* name_of(PictureRole role) { return kNames[static_cast<size_t>(role)]; }

PictureRole role_named(const std::string& name) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (name == kNames[i]) return static_cast<PictureRole>(i);
  fail(ErrorKind::bad_input,
       "{} is no role of a picture; say decorative, functional, informative, complex or text",
       name);
}

std::vector<std::string> role_names() { return {kNames.begin(), kNames.end()}; }

bool needs_model(PictureRole role) {
  return role != PictureRole::decorative && role != PictureRole::text;
}

std::string what_a_person_does(PictureRole role, bool assumed, bool refused) {
  switch (role) {
    case PictureRole::decorative: return "confirm that nothing is lost without the picture";
    case PictureRole::functional:
      return "name where the link leads or what the button does; what the picture shows is "
             "seldom that";
    case PictureRole::complex:
      return refused ? "write a short text and a long description: what the chart or diagram says"
                     : "check the short text and write a long description: what the chart or "
                       "diagram says";
    case PictureRole::text:
      return "type the words that the picture shows, or read them with a program for text "
             "recognition: CLIP does not read";
    case PictureRole::informative: break;
  }
  std::string sentence = refused ? "describe the picture: the model does not know it well enough"
                                 : "check the text against the picture";
  if (assumed) sentence += "; say whether it informs at all (role assumed)";
  return sentence;
}

}  // namespace tandem
