#include "daemon/commands/explain_input.h"

#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/address.h"
#include "base/idn.h"

namespace haetae::daemon {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The path and query of a URL.
std::string_view path_of_url(std::string_view url) {
  const std::size_t at = url.find_first_of("/?#", url.find("://") + 3);
  return at == std::string_view::npos ? "" : url.substr(at);
}

// The host of a URL as people paste it: in any script, with or without user, port and path.
std::expected<std::string, std::string> host_of_url(std::string_view url) {
  const std::size_t start = url.find("://") + 3;
  std::string_view authority = url.substr(start, url.find_first_of("/?#", start) - start);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return std::unexpected("the URL's address has no ']'");
    return std::string(authority.substr(1, close - 1));
  }
  authority = authority.substr(0, authority.find(':'));
  if (authority.empty()) return std::unexpected("the URL has no host");
  return std::string(authority);
}

}  // namespace

std::expected<Subject, std::string> parse_subject(std::string_view input) {
  const std::string_view text = trimmed(input);
  if (text.empty()) return std::unexpected("nothing to judge: the line is empty");
  Subject subject;
  std::string host(text);
  const bool is_url = text.find("://") != std::string_view::npos;
  if (is_url) {
    auto found = host_of_url(text);
    if (!found) return std::unexpected(found.error());
    host = std::move(*found);
    subject.kind = policy::Kind::HttpUrl;
    subject.path = path_of_url(text);
  }
  if (const auto address = IpAddress::from_text(host)) {
    subject.address = *address;
    if (!is_url) subject.kind = policy::Kind::Address;
    const auto as_name = Name::from_text(address->to_text());
    if (is_url && as_name) subject.url = list::url_name(*as_name, subject.path);
    return subject;
  }
  if (host.find_first_of(" \t/") != std::string::npos) {
    return std::unexpected("this is neither a name nor a URL with http:// or https://");
  }
  auto name = name_from_user_text(host);
  if (!name) return std::unexpected(name.error());
  subject.name = *name;
  if (is_url) subject.url = list::url_name(*name, subject.path);
  return subject;
}

std::optional<Time> parse_time(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, std::string(text), &time, &error)) return std::nullopt;
  return Time(milliseconds(absl::ToUnixMillis(time)));
}

bool is_record_type(std::string_view text) {
  static constexpr std::array<std::string_view, 18> kTypes = {
      "A",   "AAAA", "CNAME", "HTTPS", "SVCB", "MX",     "NS",    "PTR",  "SOA",
      "SRV", "TXT",  "CAA",   "DS",    "ANY",  "DNSKEY", "NAPTR", "TLSA", "SSHFP"};
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (std::ranges::find(kTypes, upper) != kTypes.end()) return true;
  if (!upper.starts_with("TYPE")) return false;
  int number = 0;
  const auto [end, error] = std::from_chars(upper.data() + 4, upper.data() + upper.size(), number);
  return error == std::errc{} && end == upper.data() + upper.size() && number <= 0xffff;
}

}  // namespace haetae::daemon
