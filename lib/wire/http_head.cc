#include "wire/http_head.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "wire/http_fields.h"
#include "wire/http_framing.h"
#include "wire/http_text.h"

namespace haetae::wire {
namespace {

// What can be told of a request line whose end has not come: NotThis if it cannot become one.
Progress judge_start(std::string_view line) noexcept {
  const auto method_end = std::ranges::find_if_not(line, is_token_character);
  const auto method_bytes = static_cast<std::size_t>(method_end - line.begin());
  if (method_bytes > limits::kHttpMethodBytesMax) return Progress::NotThis;
  if (method_end == line.end()) return Progress::NeedMore;
  if (method_bytes == 0 || !is_blank(*method_end)) return Progress::NotThis;
  const auto target = std::find_if_not(method_end, line.end(), is_blank);
  const bool is_control = target != line.end() && static_cast<unsigned char>(*target) < ' ';
  return is_control ? Progress::NotThis : Progress::NeedMore;
}

struct Authority {
  std::string_view host;
  std::uint16_t port = 0;
};

// "host", "host:port", "[::1]:port"; and "::1", which should have had brackets.
Authority split_authority(std::string_view text) noexcept {
  std::size_t colon = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    colon = close == std::string_view::npos ? close : text.find(':', close);
  } else if (colon != text.rfind(':') && IpAddress::from_text(text)) {
    colon = std::string_view::npos;
  }
  Authority authority{text.substr(0, colon)};
  if (colon == std::string_view::npos) return authority;
  unsigned port = 0;
  for (const char c : text.substr(colon + 1)) {
    if (c < '0' || c > '9' || port > 65535) return authority;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (port <= 65535) authority.port = static_cast<std::uint16_t>(port);
  return authority;
}

// Where a URL's scheme ends: at its "://"; nothing if it does not start with a scheme (RFC 3986,
// section 3.1).
std::optional<std::size_t> scheme_end(std::string_view target) noexcept {
  const std::size_t end = target.find("://");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const auto is_scheme = [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.';
  };
  if (!std::ranges::all_of(target.substr(0, end), is_scheme)) return std::nullopt;
  return end;
}

class HeadReader {
 public:
  HeadReader(std::string_view stream, HttpRequestHead& head) noexcept
      : stream_(stream), head_(head) {}
  Progress read() noexcept;

 private:
  enum class Field : std::uint8_t { Other, Host, ContentLength, TransferEncoding, Upgrade };

  std::optional<std::string_view> next_line() noexcept;
  Progress line_is_open() noexcept;
  bool read_request_line(std::string_view line) noexcept;
  void read_version(std::string_view text) noexcept;
  void read_target(std::string_view target) noexcept;
  void read_absolute(std::string_view rest) noexcept;
  void read_line(std::string_view line) noexcept;
  void read_field(std::string_view line, bool is_plain) noexcept;
  void read_value(std::string_view value, bool is_plain) noexcept;
  void add_host(const Authority& authority) noexcept;

  std::string_view stream_;
  HttpRequestHead& head_;
  std::size_t at_ = 0;  // behind the lines that were read
  Field field_ = Field::Other;
  HttpFramingReader framing_;
};

// The next line, without its end: LF, or CR and LF.
std::optional<std::string_view> HeadReader::next_line() noexcept {
  const std::size_t end = stream_.find('\n', at_);
  if (end >= limits::kHttpHeadBytesMax) return std::nullopt;  // none at all is farther still
  std::string_view line = stream_.substr(at_, end - at_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  at_ = end + 1;
  return line;
}

// Nothing more can be told before the line that has begun ends.
Progress HeadReader::line_is_open() noexcept {
  head_.size_bytes = stream_.size();
  const bool is_too_long = stream_.size() >= limits::kHttpHeadBytesMax;
  return is_too_long ? Progress::Malformed : Progress::NeedMore;
}

Progress HeadReader::read() noexcept {
  // Empty lines in front are what is left of a body that was announced too short.
  at_ = std::min(stream_.find_first_not_of("\r\n"), stream_.size());
  constexpr std::size_t kTellingBytes = limits::kHttpMethodBytesMax + 2;
  const std::string_view start = stream_.substr(at_, kTellingBytes);
  if (judge_start(start) == Progress::NotThis) return Progress::NotThis;
  const auto request_line = next_line();
  if (!request_line) {
    const Progress progress = line_is_open();
    if (start.size() < kTellingBytes) head_.size_bytes = 0;
    return progress;
  }
  head_.size_bytes = at_;
  if (!read_request_line(*request_line)) return Progress::NotThis;
  for (std::size_t lines = 1; lines < limits::kHttpLinesMax; ++lines) {
    const auto line = next_line();
    if (!line) return line_is_open();
    head_.size_bytes = at_;
    if (line->empty()) {
      framing_.finish(head_);
      return Progress::Done;
    }
    read_line(*line);
  }
  return Progress::Malformed;
}

// False: no HTTP.
bool HeadReader::read_request_line(std::string_view line) noexcept {
  if (judge_start(line) == Progress::NotThis) return false;
  // What hides behind a bare CR is a line of its own for some.
  std::string_view behind = line;
  line = trim_blanks(take_until(behind, '\r'));
  const auto method_end = std::ranges::find_if_not(line, is_token_character);
  const auto method_bytes = static_cast<std::size_t>(method_end - line.begin());
  head_.method = as_bytes(line.substr(0, method_bytes));
  std::string_view target = trim_blanks(line.substr(method_bytes));
  const std::size_t last_blank = target.find_last_of(" \t");
  const std::size_t version_at = last_blank == std::string_view::npos ? 0 : last_blank + 1;
  constexpr std::string_view kProtocol = "HTTP/";
  if (is_same_word(target.substr(version_at, kProtocol.size()), kProtocol)) {
    read_version(target.substr(version_at + kProtocol.size()));
    target = trim_blanks(target.substr(0, version_at));
  } else if (as_text(head_.method) != "GET" || !(target.starts_with('/') || scheme_end(target))) {
    return false;
  }
  head_.target = as_bytes(target);
  head_.is_connect = is_same_word(as_text(head_.method), "CONNECT");
  head_.is_http2 = head_.version_major == 2 && as_text(head_.method) == "PRI";
  read_target(target);
  if (!behind.empty()) read_line(behind);
  return true;
}

// "1.1"; one digit each, and what is no digit counts as 0.
void HeadReader::read_version(std::string_view text) noexcept {
  const auto digit = [&](std::size_t i) {
    const bool is_digit = i < text.size() && text[i] >= '0' && text[i] <= '9';
    return static_cast<std::uint8_t>(is_digit ? text[i] - '0' : 0);
  };
  head_.version_major = digit(0);
  head_.version_minor = digit(2);
}

void HeadReader::read_target(std::string_view target) noexcept {
  if (const auto scheme = scheme_end(target)) {
    head_.form = HttpForm::Absolute;
    read_absolute(target.substr(*scheme + 3));
  } else if (head_.is_connect) {
    head_.form = HttpForm::Authority;
    add_host(split_authority(target));
  } else if (target.starts_with('/')) {
    head_.form = HttpForm::Origin;
    head_.path = as_bytes(target);
  } else if (target == "*") {
    head_.form = HttpForm::Asterisk;
  }
}

// rest: of a URL, behind "://".
void HeadReader::read_absolute(std::string_view rest) noexcept {
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  head_.path = as_bytes(rest.substr(end));
  const std::string_view authority = rest.substr(0, end);
  const auto add_without_user = [&](std::string_view text) {
    add_host(split_authority(text.substr(text.rfind('@') + 1)));
  };
  // Browsers take a backslash for a slash, others for a part of the user's name.
  const std::size_t backslash = authority.find('\\');
  if (backslash != std::string_view::npos) add_without_user(authority.substr(0, backslash));
  add_without_user(authority);
}

void HeadReader::read_line(std::string_view line) noexcept {
  if (!line.contains('\r')) return read_field(line, true);
  framing_.doubt();
  while (!line.empty()) read_field(take_until(line, '\r'), false);
}

// is_plain: the line stands for itself, and is no part of one that has bare CRs.
void HeadReader::read_field(std::string_view line, bool is_plain) noexcept {
  if (line.empty()) return;
  // A line that starts with blanks goes on with the value before it (RFC 9112, section 5.2), or is
  // a field of its own for others: each reading is taken.
  const bool is_folded = is_blank(line.front());
  if (is_folded) read_value(line, false);
  // Blanks alone are the head's end for some; what follows is read as fields and doubted.
  if (trim_blanks(line).empty()) framing_.doubt();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    if (!is_folded) field_ = Field::Other;
    return;
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view bare = trim_blanks(name);
  const Field before = field_;
  field_ = is_same_word(bare, "host")                ? Field::Host
           : is_same_word(bare, "content-length")    ? Field::ContentLength
           : is_same_word(bare, "transfer-encoding") ? Field::TransferEncoding
           : is_same_word(bare, "upgrade")           ? Field::Upgrade
                                                     : Field::Other;
  read_value(line.substr(colon + 1), is_plain && name.size() == bare.size());
  if (is_folded && field_ == Field::Other) field_ = before;
}

void HeadReader::read_value(std::string_view value, bool is_plain) noexcept {
  value = trim_blanks(value);
  switch (field_) {
    case Field::Other: break;
    case Field::Host: add_host(split_authority(value)); break;
    case Field::ContentLength:
      if (!is_plain) framing_.doubt();
      framing_.content_length(value);
      break;
    case Field::TransferEncoding:
      if (!is_plain) framing_.doubt();
      framing_.transfer_encoding(value);
      break;
    case Field::Upgrade:
      while (!value.empty()) {
        const std::string_view protocol = trim_blanks(take_until(value, ','));
        head_.is_websocket |= is_same_word(protocol, "websocket");
      }
      break;
  }
}

void HeadReader::add_host(const Authority& authority) noexcept {
  const std::string_view text = trim_blanks(authority.host);
  if (text.empty()) return;
  for (const HttpHost& host : head_.hosts()) {
    if (is_same_word(as_text(host.text), text)) return;
  }
  if (head_.host_count == head_.host_room.size()) {
    head_.has_more_hosts = true;
    return;
  }
  head_.host_room[head_.host_count++] = {as_bytes(text), authority.port};
}

}  // namespace

Progress read_http_head(Bytes stream, HttpRequestHead& out) noexcept {
  out = {};
  return HeadReader(as_text(stream), out).read();
}

}  // namespace haetae::wire
