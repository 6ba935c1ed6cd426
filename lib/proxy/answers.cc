#include "proxy/answers.h"

#include <fmt/format.h>

namespace haetae::proxy {
namespace {

struct Status {
  std::string_view line;
  std::string_view sentence;
};

// fields: each with its line's end.
std::string answer(std::string_view status, std::string_view fields, std::string_view body,
                   bool is_head) {
  return fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                     fields, body.size(), is_head ? std::string_view{} : body);
}

constexpr std::string_view kHtml =
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n";
constexpr std::string_view kPlain =
    "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n";

std::string plain(const Status& status, bool is_head) {
  return answer(status.line, kPlain, fmt::format("{}\n", status.sentence), is_head);
}

std::string plain_page(const policy::Verdict& verdict) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<title>This page is blocked</title></head>\n"
      "<body><h1>This page is blocked</h1><p>{}</p></body></html>\n",
      policy::sentence(verdict.reason));
}

Status status_of(NoAnswer why) noexcept {
  switch (why) {
    case NoAnswer::NoAddress: return {"502 Bad Gateway", "There is no site of this name."};
    case NoAnswer::NameBlocked: return {"403 Forbidden", "What this name leads to is blocked."};
    case NoAnswer::Unreachable: return {"502 Bad Gateway", "The site cannot be reached."};
    case NoAnswer::Slow: return {"504 Gateway Timeout", "The site did not answer in time."};
    case NoAnswer::Broken: return {"502 Bad Gateway", "The site's answer could not be read."};
    case NoAnswer::Ourselves: return {"403 Forbidden", "The proxy does not lead there."};
  }
  return {};
}

Status status_of(Fault fault) noexcept {
  switch (fault) {
    case Fault::None: break;
    case Fault::Malformed: return {"400 Bad Request", "The request could not be read."};
    case Fault::TooLong:
      return {"431 Request Header Fields Too Large", "The request's head is too long."};
    case Fault::NoHost: return {"400 Bad Request", "The request names no host."};
    case Fault::Version: return {"505 HTTP Version Not Supported", "This proxy speaks HTTP/1.1."};
    case Fault::Expectation: return {"417 Expectation Failed", "Nobody can meet what it expects."};
  }
  return {};
}

}  // namespace

std::string block_response(const policy::Verdict& verdict, const inspect::Seen& seen,
                           std::string_view accept_language, bool is_head, BlockPages* pages) {
  const bool is_by_law = verdict.reason == policy::Reason::Locked;
  const std::string_view status = is_by_law ? "451 Unavailable For Legal Reasons" : "403 Forbidden";
  if (pages == nullptr) return answer(status, kHtml, plain_page(verdict), is_head);
  const BlockPages::Page page = pages->page(verdict, seen, accept_language);
  return answer(status, page.fields, page.html, is_head);
}

std::string late_notice(std::string_view accept_language, BlockPages* pages) {
  return pages == nullptr ? "<p>This page is blocked.</p>" : pages->late_notice(accept_language);
}

std::string error_response(NoAnswer why, bool is_head) {
  return plain(status_of(why), is_head);
}

std::string error_response(Fault fault) {
  return plain(status_of(fault), false);
}

std::string pac_response(std::string_view pac, bool is_head) {
  return answer("200 OK",
                "Content-Type: application/x-ns-proxy-autoconfig\r\nCache-Control: no-store\r\n",
                pac, is_head);
}

std::string not_found_response(bool is_head) {
  return plain({"404 Not Found", "This is a web proxy; /proxy.pac tells browsers how to use it."},
               is_head);
}

}  // namespace haetae::proxy
