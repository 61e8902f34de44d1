// Markdown's leaf blocks in their order, with where they stand (libcmark's tree, flattened).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem {

enum class BlockKind {
  paragraph,
  heading,
  figure,  ///< nothing but pictures, in Markdown or HTML
  other,   ///< code, rules, HTML without a picture
};

struct Block {
  BlockKind kind = BlockKind::other;
  int line = 0, end_line = 0;  ///< in the source, from 1
  int level = 0;               ///< of a heading, 1 to 6
  std::string text;            ///< plain, white space collapsed
  std::string indent;          ///< blanks and tabs up to its content where it is in a list item
  bool tight = false;          ///< in a tight list's item
  bool quoted = false;         ///< inside a block quote
  bool outermost = false;      ///< a child of the document itself
  bool has_picture = false;    ///< among its text
  bool table = false;          ///< a table of GitHub's kind, which CommonMark takes for prose
  /// A footnote, mathematics, a directive, or a block whose end is not sure: no place.
  bool note = false;
};

/// Linear in the number of nodes and without recursion, whatever the nesting.
std::vector<Block> parse_blocks(std::string_view markdown);

}  // namespace tandem
