#include "describe/html_tree.h"

#include <chrono>
#include <csetjmp>
#include <cstdint>
#include <cstdlib>

#include "base/fail.h"
#include "base/interrupt.h"

namespace tandem {

// libgumbo trusts its allocator and frees its tree by recursion, which a deeply nested page turns
// into a full stack. So blocks are ours, chained, and freed in a loop; and where a page asks too
// much, the allocator leaves the parser by longjmp, over frames of C alone.
struct HtmlTree::Memory {
  struct alignas(std::max_align_t) Block {
    Block* before;
    Block* after;
    size_t size;
  };

  static constexpr size_t kMost = size_t{1} << 30;
  static constexpr int kMostSeconds = 20;
  static constexpr uint32_t kLookEvery = 256;  // allocations

  enum class Reason { none, memory, time, interrupted };

  Block first{&first, &first, 0};
  size_t used = 0;
  uint32_t calls = 0;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  Reason reason = Reason::none;
  std::jmp_buf out_of_parser;

  ~Memory() {
    for (Block* block = first.after; block != &first;) {
      Block* next = block->after;
      std::free(block);
      block = next;
    }
  }

  [[noreturn]] void leave(Reason why) {
    reason = why;
    std::longjmp(out_of_parser, 1);
  }

  void look_at_clock() {
    if (interrupt_requested()) leave(Reason::interrupted);
    if (std::chrono::steady_clock::now() - begin > std::chrono::seconds(kMostSeconds))
      leave(Reason::time);
  }

  static void* take(void* self, size_t size) {
    auto& memory = *static_cast<Memory*>(self);
    if (++memory.calls % kLookEvery == 0) memory.look_at_clock();
    if (size > kMost - memory.used) memory.leave(Reason::memory);
    auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + size));
    if (!block) memory.leave(Reason::memory);
    *block = {&memory.first, memory.first.after, size};
    memory.first.after->before = block;
    memory.first.after = block;
    memory.used += size;
    return block + 1;
  }

  static void give_back(void* self, void* data) {
    if (!data) return;
    auto* block = static_cast<Block*>(data) - 1;
    block->before->after = block->after;
    block->after->before = block->before;
    static_cast<Memory*>(self)->used -= block->size;
    std::free(block);
  }

  /// Null where the parser was left.
  GumboOutput* parse(std::string_view html) {
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = &take;
    options.deallocator = &give_back;
    options.userdata = this;
    options.max_errors = 0;
    if (setjmp(out_of_parser) != 0) return nullptr;
    return gumbo_parse_with_options(&options, html.data(), html.size());
  }
};

HtmlTree::HtmlTree(std::string_view html, const std::string& name)
    : memory_(std::make_unique<Memory>()) {
  output_ = memory_->parse(html);
  if (output_) return;
  if (memory_->reason == Memory::Reason::interrupted) check_interrupt();
  fail(ErrorKind::limit, "{}: its tags nest so that they take more than {}; simplify the page",
       name, memory_->reason == Memory::Reason::time ? "20 seconds to read" : "a GiB of memory");
}

HtmlTree::~HtmlTree() = default;

const GumboNode* HtmlTree::document() const { return output_->document; }

const char* attribute(const GumboElement& element, const char* name) {
  const auto* found = gumbo_get_attribute(&element.attributes, name);
  return found ? found->value : nullptr;
}

bool is_element(const GumboNode* node) {
  return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
}

const GumboVector* children_of(const GumboNode* node) {
  if (node->type == GUMBO_NODE_DOCUMENT) return &node->v.document.children;
  return is_element(node) ? &node->v.element.children : nullptr;
}

}  // namespace tandem
