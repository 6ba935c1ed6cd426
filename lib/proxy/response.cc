#include "proxy/response.h"

#include <algorithm>
#include <charconv>

#include "wire/http_fields.h"
#include "wire/http_text.h"

namespace haetae::proxy {
namespace {

using wire::HttpField;
using wire::HttpFieldReader;
using wire::is_same_word;
using wire::Progress;

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::size_t kStatusAt = 9;  // "HTTP/1.1 200 OK"
constexpr std::size_t kLineBytesMin = 12;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// False: no status line (RFC 9112, section 4).
bool read_status_line(std::string_view line, Response& out) noexcept {
  if (line.size() < kLineBytesMin || !line.starts_with(kVersion)) return false;
  if (!is_digit(line[kVersion.size()]) || line[kStatusAt - 1] != ' ') return false;
  const std::string_view status = line.substr(kStatusAt, 3);
  if (!std::ranges::all_of(status, is_digit)) return false;
  if (line.size() > kLineBytesMin && line[kLineBytesMin] != ' ') return false;
  std::from_chars(status.data(), status.data() + status.size(), out.status);
  if (out.status < 100) return false;
  out.after_version = line.substr(kVersion.size() + 1);
  return std::ranges::none_of(
      out.after_version, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; });
}

struct Lengths {
  std::optional<std::uint64_t> length;
  bool is_chunked = false;
  bool is_broken = false;

  // The same number several times is one number.
  void take_length(std::string_view value) noexcept {
    bool has_any = false;
    wire::each_member(value, [&](std::string_view member) {
      has_any = true;
      std::uint64_t number = 0;
      const auto [stop, error] =
          std::from_chars(member.data(), member.data() + member.size(), number);
      const bool is_number = error == std::errc{} && stop == member.data() + member.size();
      if (!is_number || (length && *length != number)) is_broken = true;
      length = number;
    });
    is_broken |= !has_any;
  }
  // Nobody asked for another coding: we send no TE.
  void take_encoding(std::string_view value) noexcept {
    is_broken |= is_chunked || !is_same_word(value, "chunked");
    is_chunked = true;
  }
};

void take_field(const HttpField& field, Response& out, Lengths& lengths) noexcept {
  const auto is = [&](std::string_view name) { return is_same_word(field.name, name); };
  const auto may_be_label = [&] { content::read_self_label(field.name, field.value, out.labels); };
  switch (field.name.size()) {
    case 6: return may_be_label();  // Rating
    case 7:
      if (is("Upgrade")) out.upgrade = field.value;
      break;
    case 10:
      if (!is("Connection")) return may_be_label();  // PICS-Label
      out.hops.take(field.value);
      break;
    case 12:
      if (is("Content-Type")) out.content_type = field.value;
      break;
    case 14:
      if (!is("Content-Length")) return may_be_label();  // age-meta-label
      lengths.take_length(field.value);
      break;
    case 16:
      if (is("Content-Encoding")) out.content_encoding = field.value;
      if (is("WWW-Authenticate")) out.asks_credentials = true;
      break;
    case 17:
      if (!is("Transfer-Encoding")) return may_be_label();  // age-de-meta-label
      lengths.take_encoding(field.value);
      break;
    default: break;
  }
}

void frame(const Lengths& lengths, bool is_head, Response& out) noexcept {
  out.content_length = lengths.length;
  if (is_head || out.status < 200 || out.status == 204 || out.status == 304) {
    out.framing = Framing::None;
  } else if (lengths.is_chunked) {
    out.framing = Framing::Chunked;
  } else if (lengths.length) {
    out.framing = *lengths.length == 0 ? Framing::None : Framing::Length;
    out.body_bytes = *lengths.length;
  } else {
    out.framing = Framing::UntilClose;
  }
}

}  // namespace

Progress read_response(Bytes stream, bool is_head, Response& out) noexcept {
  out = {};
  const std::string_view all = as_text(stream);
  if (!all.substr(0, kVersion.size()).starts_with(kVersion.substr(0, all.size()))) {
    return Progress::Malformed;
  }
  const std::size_t end = all.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    // Lines that end otherwise are a fault, to be told before a client has waited for long.
    const bool is_bare = all.contains("\n\n") || all.contains("\n\r\n");
    const bool is_too_long = all.size() >= limits::kProxyHeadBytesMax;
    return is_bare || is_too_long ? Progress::Malformed : Progress::NeedMore;
  }
  out.size_bytes = end + 4;
  if (out.size_bytes > limits::kProxyHeadBytesMax) return Progress::Malformed;
  const std::string_view text = all.substr(0, out.size_bytes);
  const std::size_t line_end = text.find("\r\n");
  if (!read_status_line(text.substr(0, line_end), out)) return Progress::Malformed;
  out.fields = text.substr(line_end + 2);
  Lengths lengths;
  HttpFieldReader fields(out.fields);
  for (HttpField field; fields.next(field);) take_field(field, out, lengths);
  const bool is_old = all[kVersion.size()] == '0';
  const bool is_two_things = lengths.is_broken || (lengths.is_chunked && lengths.length);
  if (!fields.is_whole() || out.hops.has_too_many() || is_two_things) return Progress::Malformed;
  frame(lengths, is_head, out);
  // Such servers mean what they say: old devices that learnt chunks and not HTTP/1.1. A reader who
  // believes the version alone would see the chunks' sizes in the text, so it is the chunks that
  // are followed, and our client is told of them in HTTP/1.1, where they have one reading. What may
  // still lie behind them on either connection is not believed.
  out.has_faulty_framing = is_old && lengths.is_chunked;
  out.keeps_alive = out.framing != Framing::UntilClose && !out.hops.says_close() &&
                    !out.has_faulty_framing && (!is_old || out.hops.says_keep_alive());
  return Progress::Done;
}

void write_response(const Response& response, const ResponseStyle& style, HeadText& out) noexcept {
  out.add("HTTP/1.1").add(response.after_version).add("\r\n");
  HttpFieldReader fields(response.fields);
  for (HttpField field; fields.next(field);) {
    if (!response.hops.ends_here(field.name)) out.add(field.line);
  }
  if (response.status == 101) {
    out.add("Connection: Upgrade\r\nUpgrade: ").add(response.upgrade).add("\r\n");
  } else if (!response.is_interim()) {
    if (style.closes) out.add("Connection: close\r\n");
    if (!style.closes && style.is_for_old) out.add("Connection: keep-alive\r\n");
  }
  out.add("\r\n");
}

}  // namespace haetae::proxy
