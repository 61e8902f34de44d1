#include "illustrate/blocks.h"

#include <cmark.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "illustrate/lesson.h"
#include "illustrate/white_space.h"

namespace tandem {
namespace {

constexpr std::string_view kBom = "\xef\xbb\xbf";

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeIterator {
  void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};
using Document = std::unique_ptr<cmark_node, FreeNode>;

/// Where the walk is: containers come and go, leaves are made into blocks.
struct Surroundings {
  int quotes = 0;
  int items = 0;
  std::vector<bool> tight_lists;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool html_has_picture(const char* html) {
  const std::string text = lower(html ? html : "");
  for (const char* tag : {"<img", "<picture", "<figure", "<svg", "<video"})
    if (text.find(tag) != std::string::npos) return true;
  return false;
}

/// "|---|:--:|" and the like: what makes the lines around it a table for GitHub and pandoc.
bool is_delimiter_row(std::string_view line) {
  bool dash = false, bar = false;
  for (const char c : line) {
    dash = dash || c == '-';
    bar = bar || c == '|';
    if (std::string_view("|-:+ \t\r\n").find(c) == std::string_view::npos) return false;
  }
  return dash && bar;
}

/// What makes the lines before it a heading.
bool is_underline(std::string_view line) {
  const size_t begin = line.find_first_not_of(' ');
  const size_t end = line.find_last_not_of(" \t\r\n");
  if (begin == std::string_view::npos || begin > 3 || end == std::string_view::npos) return false;
  const std::string_view inner = line.substr(begin, end - begin + 1);
  return (inner[0] == '=' || inner[0] == '-') &&
         inner.find_first_not_of(inner[0]) == std::string_view::npos;
}

std::string_view trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r\n") + 1 - begin);
}

/// The line up to `column` (from 1) with everything but tabs made blanks.
std::string indent_of(std::string_view line, int column) {
  std::string indent(line.substr(0, static_cast<size_t>(std::max(column - 1, 0))));
  std::replace_if(
      indent.begin(), indent.end(), [](char c) { return c != '\t'; }, ' ');
  return indent;
}

class Flattener {
 public:
  explicit Flattener(std::string_view markdown) : lines_(split_lines(markdown)) {}

  std::vector<Block> run() {
    const Document document = parse();
    const std::unique_ptr<cmark_iter, FreeIterator> iterator(cmark_iter_new(document.get()));
    for (cmark_event_type event; (event = cmark_iter_next(iterator.get())) != CMARK_EVENT_DONE;) {
      cmark_node* node = cmark_iter_get_node(iterator.get());
      if (cmark_node_get_type(node) >= CMARK_NODE_FIRST_INLINE)
        inside(node, event == CMARK_EVENT_ENTER);
      else if (event == CMARK_EVENT_ENTER)
        enter(node);
      else
        leave(node);
    }
    return std::move(blocks_);
  }

 private:
  Document parse() {
    cmark_parser* parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8);
    const size_t skipped = front_matter_lines(lines_);
    for (size_t i = 0; i < lines_.size(); ++i) {
      std::string_view line = lines_[i];
      if (i < skipped) line = "\n";
      if (i == 0 && line.starts_with(kBom)) line.remove_prefix(kBom.size());
      cmark_parser_feed(parser, line.data(), line.size());
    }
    Document document(cmark_parser_finish(parser));
    cmark_parser_free(parser);
    return document;
  }

  void enter(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_DOCUMENT: break;
      case CMARK_NODE_BLOCK_QUOTE: ++around_.quotes; break;
      case CMARK_NODE_LIST: around_.tight_lists.push_back(cmark_node_get_list_tight(node)); break;
      case CMARK_NODE_ITEM: ++around_.items; break;
      case CMARK_NODE_PARAGRAPH: begin(node, BlockKind::paragraph); break;
      case CMARK_NODE_HEADING:
        begin(node, BlockKind::heading);
        blocks_.back().level = cmark_node_get_heading_level(node);
        break;
      case CMARK_NODE_HTML_BLOCK:
        begin(node, html_has_picture(cmark_node_get_literal(node)) ? BlockKind::figure
                                                                   : BlockKind::other);
        break;
      default: begin(node, BlockKind::other); break;
    }
  }

  void leave(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_BLOCK_QUOTE: --around_.quotes; break;
      case CMARK_NODE_LIST: around_.tight_lists.pop_back(); break;
      case CMARK_NODE_ITEM: --around_.items; break;
      case CMARK_NODE_PARAGRAPH:
      case CMARK_NODE_HEADING: finish(); break;
      default: break;
    }
  }

  void begin(cmark_node* node, BlockKind kind) {
    cmark_node* parent = cmark_node_parent(node);
    Block block{.kind = kind,
                .line = cmark_node_get_start_line(node),
                .end_line = cmark_node_get_end_line(node),
                .quoted = around_.quotes > 0,
                .outermost = cmark_node_get_type(parent) == CMARK_NODE_DOCUMENT};
    if (around_.items > 0) {
      std::string_view line = line_at(block.line);
      if (block.line == 1 && line.starts_with(kBom)) line.remove_prefix(kBom.size());
      block.indent = indent_of(line, cmark_node_get_start_column(node));
      block.tight = around_.tight_lists.back();
      // libcmark takes these for blanks behind a list's marker, and counts no column for them.
      block.note = line.find_first_of("\v\f") != line.npos;
    }
    blocks_.push_back(std::move(block));
    pictures_ = 0;
  }

  // Inline nodes of the block that began last.
  void inside(cmark_node* node, bool entering) {
    Block& block = blocks_.back();
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_IMAGE:
        pictures_ += entering ? 1 : -1;
        block.has_picture = true;
        break;
      case CMARK_NODE_TEXT:
      case CMARK_NODE_CODE:
        // A picture's own words are not the paragraph's.
        if (pictures_ == 0) block.text += cmark_node_get_literal(node);
        break;
      case CMARK_NODE_SOFTBREAK:
      case CMARK_NODE_LINEBREAK: block.text += ' '; break;
      case CMARK_NODE_HTML_INLINE:
        block.has_picture = block.has_picture || html_has_picture(cmark_node_get_literal(node));
        break;
      default: break;
    }
  }

  void finish() {
    Block& block = blocks_.back();
    block.text = collapsed(block.text);
    if (block.kind == BlockKind::heading) correct_end(block);
    if (block.kind != BlockKind::paragraph) return;
    if (block.has_picture && block.text.empty()) block.kind = BlockKind::figure;
    for (int line = block.line; line <= block.end_line && !block.table; ++line)
      block.table = is_delimiter_row(line_at(line));
    const std::string_view last = trimmed(line_at(block.end_line));
    block.note = block.note || block.text.starts_with("[^") || block.text.starts_with(":::") ||
                 block.text.starts_with("$$") || block.text.starts_with("\\[") ||
                 last.starts_with(":::") ||
                 // In a tight list the picture goes on with this line, which asks for a break.
                 (block.tight && last.ends_with('\\'));
  }

  /// libcmark 0.30 takes the line behind an underlined heading for its last one, but at the end
  /// of the text.
  void correct_end(Block& heading) const {
    if (heading.end_line <= heading.line + 1) return;
    if (!is_underline(line_at(heading.end_line - 1))) return;
    // A rule right behind an underline at the end of the text, or a line that only looks like one.
    heading.note = heading.note || is_underline(line_at(heading.end_line));
    --heading.end_line;
  }

  std::string_view line_at(int line) const {
    const auto index = static_cast<size_t>(line) - 1;
    return index < lines_.size() ? lines_[index] : std::string_view();
  }

  std::vector<std::string_view> lines_;
  std::vector<Block> blocks_;
  Surroundings around_;
  int pictures_ = 0;  ///< how deep inside pictures' descriptions
};

}  // namespace

std::vector<Block> parse_blocks(std::string_view markdown) { return Flattener(markdown).run(); }

}  // namespace tandem
