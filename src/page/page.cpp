#include "page/page.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include "page/page_style.h"

namespace tandem {

std::string escape_html(std::string_view text) {
  std::string result;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t letter = 0;
    const auto length =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &letter);
    if (length <= 0) {
      result += "\xef\xbf\xbd";
      ++at;
      continue;
    }
    switch (letter) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default:
        if ((letter < 0x20 && letter != '\n') || letter == 0x7f)
          result += ' ';
        else
          result.append(text, at, static_cast<size_t>(length));
    }
    at += static_cast<size_t>(length);
  }
  return result;
}

std::string escape_url(std::string_view path) {
  std::string result = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

std::string to_html(const Page& page) {
  const std::string title = escape_html(page.title);
  const std::string script = page.script.empty() ? "" : "<script>\n" + page.script + "</script>\n";
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}{2}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n{3}"
      "</header>\n<main>\n{4}</main>\n{5}</body>\n</html>\n",
      title, kPageStyle, page.style, page.lead, page.body, script);
}

}  // namespace tandem
