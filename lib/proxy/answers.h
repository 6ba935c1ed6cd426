#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "inspect/seen.h"
#include "policy/verdict.h"
#include "proxy/request.h"

namespace haetae::proxy {

// The page of a blocked request, in a language that the asker reads.
class BlockPages {
 public:
  virtual ~BlockPages() = default;
  // accept_language: the field as the client sent it.
  struct Page {
    std::string fields;  // Content-Type among them, each with its line's end
    std::string html;
  };
  virtual Page page(const policy::Verdict& verdict, const inspect::Seen& seen,
                    std::string_view accept_language) = 0;
  // HTML that says the same in a few words, in ASCII alone, wherever it stands in a page; at most
  // limits::kLateNoticeBytesMax.
  virtual std::string late_notice(std::string_view accept_language) = 0;
};

// What a blocked request is answered with: 403, or 451 where the law wants it (RFC 7725), and the
// page, not to be stored, and the connection ends. pages: null: a few plain words. is_head: without
// the body.
std::string block_response(const policy::Verdict& verdict, const inspect::Seen& seen,
                           std::string_view accept_language, bool is_head, BlockPages* pages);

// BlockPages::late_notice(), or a few plain words.
std::string late_notice(std::string_view accept_language, BlockPages* pages);

// Why there is no answer of a server.
enum class NoAnswer : std::uint8_t {
  NoAddress,    // 502: its name has none, or nobody answers for the name
  NameBlocked,  // 403: DNS answered that what it leads to is blocked
  Unreachable,  // 502
  Slow,         // 504
  Broken,       // 502: it closed, or its answer was not as RFC 9112 wants it
  Ourselves,    // 403: the address is the proxy's own, or of this machine alone
};
std::string error_response(NoAnswer why, bool is_head);
// None is no fault to answer.
std::string error_response(Fault fault);

// 200, with a PAC file as its body.
std::string pac_response(std::string_view pac, bool is_head);
// 404 in a few words: the proxy itself was asked for a page.
std::string not_found_response(bool is_head);

}  // namespace haetae::proxy
