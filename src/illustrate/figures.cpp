#include "illustrate/figures.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/fail.h"
#include "illustrate/blocks.h"
#include "page/page.h"
#include "text/utf8.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

/// "\n", "\r\n" or "\r" at the end of a text; empty where it has none.
std::string_view line_end(std::string_view text) {
  for (const std::string_view end : {"\r\n", "\n", "\r"})
    if (text.ends_with(end)) return end;
  return {};
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// The path as a browser finds it from the folder.
std::string address(const std::string& picture, const std::string& folder) {
  const auto whole = [](const fs::path& path) { return fs::absolute(path).lexically_normal(); };
  const fs::path from = whole(folder.empty() ? "." : folder), to = whole(picture);
  const fs::path relative = to.lexically_relative(from);
  return escape_url((relative.empty() ? to : relative).string());
}

/// Pictures are numbered as they first come; one that stands twice has one number.
class Sources {
 public:
  Sources(std::span<const LessonFigure> figures, const std::string& folder) {
    for (const LessonFigure& figure : figures)
      if (numbers_.emplace(figure.picture, numbers_.size() + 1).second) {
        pictures_.push_back(&figure);
        addresses_.push_back(address(figure.picture, folder));
      }
  }

  std::string image(const LessonFigure& figure) const {
    const size_t number = numbers_.at(figure.picture);
    return "![" + escape_markdown(figure.alt.empty() ? kMissingAlt : figure.alt) + "](" +
           addresses_[number - 1] + " \"Picture " + std::to_string(number) + "\")";
  }

  std::vector<std::string> table() const {
    const bool words =
        std::any_of(pictures_.begin(), pictures_.end(), [](const LessonFigure* figure) {
          return !figure->credit.empty() || !figure->licence.empty();
        });
    std::vector<std::string> lines = {words ? "| | Picture | Credit | Licence |" : "| | Picture |",
                                      words ? "|---|---|---|---|" : "|---|---|"};
    for (size_t i = 0; i < pictures_.size(); ++i) {
      const LessonFigure& figure = *pictures_[i];
      const std::string name = fs::path(figure.picture).filename().string();
      std::string line = "| " + std::to_string(i + 1) + " | [" + escape_markdown(name) + "](" +
                         addresses_[i] + ") |";
      if (words)
        line +=
            " " + escape_markdown(figure.credit) + " | " + escape_markdown(figure.licence) + " |";
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  std::map<std::string, size_t> numbers_;
  std::vector<const LessonFigure*> pictures_;
  std::vector<std::string> addresses_;
};

/// The first line end of the lesson, for lines that have none.
std::string usual_end(const std::vector<std::string_view>& lines) {
  const std::string_view end = lines.empty() ? std::string_view() : line_end(lines.front());
  return std::string(end.empty() ? "\n" : end);
}

class Writer {
 public:
  Writer(std::string_view markdown)
      : lines_(split_lines(markdown)), usual_end_(usual_end(lines_)) {}

  /// Copies the lines up to and with number `line`, from 1.
  void copy_up_to(size_t line) {
    for (; next_ < std::min(line, lines_.size()); ++next_) text_ += lines_[next_];
  }

  void put(const Place& place, const std::string& image) {
    copy_up_to(static_cast<size_t>(place.end_line));
    const std::string end = finish_line();
    // In a tight list the picture goes on with the paragraph: a blank line would set the whole
    // list apart. Elsewhere it is a paragraph of its own.
    if (!place.tight) text_ += end;
    text_ += place.indent + image + end;
    const bool outermost = place.indent.empty();
    if (outermost && next_ < lines_.size() && !is_blank(lines_[next_])) text_ += end;
  }

  void put_table(const std::string& heading, const std::vector<std::string>& rows) {
    copy_up_to(lines_.size());
    finish_line();
    if (text_.ends_with('\r')) usual_end_ = "\r";  // which a LF would join
    text_ += usual_end_ + "## " + escape_markdown(heading) + usual_end_ + usual_end_;
    for (const auto& row : rows) text_ += row + usual_end_;
  }

  std::string text() && { return std::move(text_); }

 private:
  /// Ends what was written last where it is no whole line; the end that lines have here.
  std::string finish_line() {
    const std::string_view end = next_ == 0 ? std::string_view() : line_end(lines_[next_ - 1]);
    if (!text_.empty() && line_end(text_).empty()) text_ += usual_end_;
    return std::string(end.empty() ? std::string_view(usual_end_) : end);
  }

  std::vector<std::string_view> lines_;
  std::string usual_end_;
  std::string text_;
  size_t next_ = 0;
};

/// A heading behind the end must be one.
void check_closed(std::string_view markdown) {
  const auto lines = split_lines(markdown);
  const auto blocks = parse_blocks(std::string(markdown) + "\n\n## end\n");
  if (!blocks.empty() && blocks.back().kind == BlockKind::heading && blocks.back().outermost)
    return;
  fail(ErrorKind::bad_input,
       "the lesson ends inside code or HTML that begins in line {} and is never closed, so that no "
       "table of sources can stand behind it; close it",
       blocks.empty() ? static_cast<int>(lines.size()) : blocks.back().line);
}

}  // namespace

std::string escape_markdown(std::string_view text) {
  std::string result;
  for (const char c : replace_invalid_utf8(text)) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f)
      result += result.empty() || result.ends_with(' ') ? "" : " ";
    else if (c == '`')  // a backslash does not keep it from ending code that began before
      result += "&#96;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '&')
      result += "&amp;";
    else if (std::string_view("\\[]*_~|!#$^").find(c) != std::string_view::npos)
      result += std::string("\\") + c;
    else
      result += c;
  }
  return result;
}

std::string add_figures(std::string_view markdown, std::span<const LessonFigure> figures,
                        const std::string& folder, const std::string& heading) {
  if (figures.empty()) return std::string(markdown);
  check_closed(markdown);
  const Sources sources(figures, folder);
  Writer writer(markdown);
  for (const LessonFigure& figure : figures) writer.put(figure.place, sources.image(figure));
  writer.put_table(heading, sources.table());
  return std::move(writer).text();
}

}  // namespace tandem
