#include "base/fail.h"
#include "describe/describer.h"
#include "image/decode.h"

namespace tandem {

Proposal propose(std::span<const std::byte> file, const std::string& name,
                 std::optional<PictureRole> role, const Describer* describer, int64_t max_pixels) {
  Proposal proposal;
  proposal.role = role.value_or(PictureRole::informative);
  proposal.role_assumed = !role;
  {
    const PictureLook look =
        look_at(decode_image(file, name, DecodeOptions{.max_pixels = max_pixels}));
    proposal.colours = look.colours;
    proposal.warnings = look.warnings;
  }
  if (needs_model(proposal.role)) {
    if (!describer)
      fail(ErrorKind::bad_input, "{}: a picture of the role {} is described by a model; name one",
           name, name_of(proposal.role));
    describer->describe(describer->model().encode_image(file, name), proposal);
  } else if (proposal.role == PictureRole::decorative) {
    proposal.alt = "";
  }
  const bool refused = !proposal.alt && proposal.seen.empty();
  proposal.confirm = what_a_person_does(proposal.role, proposal.role_assumed, refused);
  return proposal;
}

}  // namespace tandem
