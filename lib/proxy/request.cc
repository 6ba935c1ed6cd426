#include "proxy/request.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "wire/http_fields.h"
#include "wire/http_text.h"

namespace haetae::proxy {
namespace {

using wire::HttpField;
using wire::HttpFieldReader;
using wire::HttpForm;
using wire::HttpFraming;
using wire::is_same_word;
using wire::Progress;

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool is_in_target(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return octet > ' ' && octet != 0x7f && c != '\\';
}

// "METHOD target HTTP/1.x" with one blank each, and nothing that could be read in two ways.
bool is_plain_line(std::string_view line, const wire::HttpRequestHead& head) noexcept {
  constexpr std::string_view kVersion = " HTTP/1.";
  const std::string_view target = as_text(head.target);
  const std::size_t before_version = head.method.size() + 1 + target.size();
  return !target.empty() && line.size() == before_version + kVersion.size() + 1 &&
         line[head.method.size()] == ' ' &&
         line.substr(head.method.size() + 1).starts_with(target) &&
         line.substr(before_version).starts_with(kVersion) &&
         std::ranges::all_of(target, is_in_target);
}

struct Counts {
  int hosts = 0;
  int lengths = 0;
};

void take_field(const HttpField& field, Request& out, Counts& counts) noexcept {
  const auto is = [&](std::string_view name) { return is_same_word(field.name, name); };
  switch (field.name.size()) {
    case 4:
      if (is("Host")) ++counts.hosts;
      break;
    case 6:
      if (is("Expect") && !is_same_word(field.value, "100-continue")) {
        out.fault = Fault::Expectation;
      }
      break;
    case 7:
      if (is("Upgrade") && out.head.is_websocket) out.upgrade = field.value;
      break;
    case 10:
      if (is("Connection")) out.hops.take(field.value);
      break;
    case 13:
      if (is("Authorization")) out.has_credentials = true;
      break;
    case 14:
      if (is("Content-Length")) ++counts.lengths;
      break;
    case 15:
      if (is("Accept-Language")) out.accept_language = field.value;
      break;
    case 16:
      // Old clients of explicit proxies say there what they mean by Connection.
      if (is("Proxy-Connection")) out.hops.take(field.value);
      break;
    default: break;
  }
}

// What of a whole head keeps it from being passed on.
Fault find_fault(Request& out, std::string_view line) noexcept {
  const wire::HttpRequestHead& head = out.head;
  if (head.version_major >= 2) return Fault::Version;
  if (!is_plain_line(line, head)) return Fault::Malformed;
  Counts counts;
  HttpFieldReader fields(out.fields);
  for (HttpField field; fields.next(field);) take_field(field, out, counts);
  if (!fields.is_whole() || out.hops.has_too_many()) return Fault::Malformed;
  if (counts.hosts > 1 || counts.lengths > 1) return Fault::Malformed;
  if (head.framing == HttpFraming::Ambiguous || head.has_more_hosts) return Fault::Malformed;
  if (head.form == HttpForm::Odd) return Fault::Malformed;
  constexpr std::string_view kScheme = "http://";
  const std::string_view scheme = as_text(head.target).substr(0, kScheme.size());
  if (head.form == HttpForm::Absolute && !is_same_word(scheme, kScheme)) return Fault::Malformed;
  if (head.hosts().empty()) return out.is_old ? Fault::None : Fault::NoHost;
  if (counts.hosts == 0 && head.form == HttpForm::Origin) return Fault::NoHost;
  // Two hosts: only where a URI stands beside a Host field, which then does not count.
  if (head.host_count > 1 && head.form != HttpForm::Absolute) return Fault::Malformed;
  return out.fault;
}

bool is_safe(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

bool is_decodable(std::string_view coding) noexcept {
  constexpr std::array<std::string_view, 6> kCodings{"gzip", "x-gzip", "deflate",
                                                     "br",   "zstd",   "identity"};
  return std::ranges::any_of(kCodings, [&](auto known) { return is_same_word(known, coding); });
}

void write_codings(std::string_view value, HeadText& out) noexcept {
  out.add("Accept-Encoding: ");
  bool is_first = true;
  wire::each_member(value, [&](std::string_view member) {
    if (!is_decodable(wire::trim_blanks(member.substr(0, member.find(';'))))) return;
    if (!is_first) out.add(", ");
    is_first = false;
    out.add(member);
  });
  if (is_first) out.add("identity");
  out.add("\r\n");
}

void write_number(std::uint16_t number, HeadText& out) noexcept {
  std::array<char, 8> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.add({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void write_target(const wire::HttpRequestHead& head, HeadText& out) noexcept {
  std::string_view path = as_text(head.path);
  path = path.substr(0, path.find('#'));
  if (head.form == HttpForm::Asterisk) {
    out.add("*");
  } else if (path.empty() && as_text(head.method) == "OPTIONS") {
    out.add("*");  // RFC 9112, section 3.2.4
  } else {
    if (!path.starts_with('/')) out.add("/");
    out.add(path);
  }
}

// The authority of a URI; a Host field as it stands.
void write_host(const Request& request, HeadText& out) noexcept {
  if (request.head.form != HttpForm::Absolute) {
    HttpFieldReader fields(request.fields);
    for (HttpField field; fields.next(field);) {
      if (is_same_word(field.name, "Host")) out.add("Host: ").add(field.value).add("\r\n");
    }
    return;
  }
  const wire::HttpHost& host = request.head.hosts().front();
  out.add("Host: ").add(as_text(host.text));
  if (host.port != 0) {
    out.add(":");
    write_number(host.port, out);
  }
  out.add("\r\n");
}

}  // namespace

std::string_view Request::host() const noexcept {
  return head.hosts().empty() ? std::string_view{} : as_text(head.hosts().front().text);
}

std::uint16_t Request::port() const noexcept {
  const std::uint16_t written = head.hosts().empty() ? std::uint16_t{0} : head.hosts().front().port;
  if (written != 0) return written;
  return head.is_connect ? kHttpsPort : kHttpPort;
}

Progress read_request(Bytes stream, Request& out) noexcept {
  out = {};
  const Progress progress = wire::read_http_head(stream, out.head);
  if (progress == Progress::NotThis) return progress;
  if (progress == Progress::NeedMore && stream.size() < limits::kProxyHeadBytesMax) return progress;
  if (progress != Progress::Done || out.head.size_bytes > limits::kProxyHeadBytesMax) {
    out.fault = Fault::TooLong;
    return Progress::Done;
  }
  const std::string_view text = as_text(stream.first(out.head.size_bytes));
  const std::size_t line_start = std::min(text.find_first_not_of("\r\n"), text.size());
  const std::size_t line_end = text.find('\n', line_start);
  std::string_view line = text.substr(line_start, line_end - line_start);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else {
    out.fault = Fault::Malformed;
  }
  out.fields = text.substr(line_end + 1);
  out.is_old = out.head.version_major == 1 && out.head.version_minor == 0;
  const Fault fault = find_fault(out, line);
  if (fault != Fault::None) out.fault = fault;
  const std::string_view method = as_text(out.head.method);
  out.is_head = method == "HEAD";
  out.may_be_repeated = is_safe(method) && out.head.framing == HttpFraming::None;
  out.keeps_alive = !out.hops.says_close() && (!out.is_old || out.hops.says_keep_alive());
  if (!out.hops.says_upgrade()) out.upgrade = {};
  return Progress::Done;
}

void write_request(const Request& request, const RequestStyle& style, HeadText& out) noexcept {
  out.add(as_text(request.head.method)).add(" ");
  write_target(request.head, out);
  out.add(request.is_old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  if (!request.head.hosts().empty()) write_host(request, out);
  HttpFieldReader fields(request.fields);
  for (HttpField field; fields.next(field);) {
    if (is_same_word(field.name, "Host") || request.hops.ends_here(field.name)) continue;
    if (style.limits_codings && is_same_word(field.name, "Accept-Encoding")) {
      write_codings(field.value, out);
      continue;
    }
    out.add(field.line);
  }
  if (!request.upgrade.empty()) {
    out.add("Connection: Upgrade\r\nUpgrade: ").add(request.upgrade).add("\r\n");
  }
  out.add("\r\n");
}

}  // namespace haetae::proxy
