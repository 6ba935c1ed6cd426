#include "list/format_text.h"

#include <algorithm>
#include <array>

#include "base/address.h"
#include "base/idn.h"

namespace haetae::list {
namespace {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

// What an octet may be in a word that should be a host name.
enum class Octet : std::uint8_t { Odd, Host, Dot, Foreign };

constexpr std::array<Octet, 256> make_octets() {
  std::array<Octet, 256> octets{};
  for (int c = '0'; c <= '9'; ++c) octets[c] = Octet::Host;
  for (int c = 'a'; c <= 'z'; ++c) octets[c] = Octet::Host;
  for (int c = 'A'; c <= 'Z'; ++c) octets[c] = Octet::Host;
  octets['-'] = octets['_'] = Octet::Host;
  octets['.'] = Octet::Dot;
  for (int c = 128; c <= 255; ++c) octets[c] = Octet::Foreign;
  return octets;
}
constexpr std::array<Octet, 256> kOctets = make_octets();

// The names of one label that hosts files give the machine itself.
constexpr std::string_view kLocalNames[] = {
    "localhost",      "localhost.localdomain", "local",          "broadcasthost",
    "ip6-localhost",  "ip6-loopback",          "ip6-localnet",   "ip6-allnodes",
    "ip6-allrouters", "ip6-allhosts",          "ip6-mcastprefix"};

bool is_local_name(std::string_view word) noexcept {
  return std::ranges::find(kLocalNames, word) != std::end(kLocalNames);
}

// Says why a word with an octet that no host name has is no host name.
SkipReason reason_of_odd_word(std::string_view word) noexcept {
  if (Cidr::from_text(word)) return SkipReason::IsAddress;
  const std::size_t scheme = word.find("://");
  if (scheme != std::string_view::npos) {
    const SkipReason reason = reason_of_odd_word(word.substr(scheme + 3));
    return reason == SkipReason::NotAHostName ? SkipReason::IsUrl : reason;
  }
  if (word.find('/') != std::string_view::npos) return SkipReason::HasPath;
  const std::size_t colon = word.find(':');
  if (colon != std::string_view::npos && colon + 1 < word.size() &&
      std::ranges::all_of(word.substr(colon + 1), [](char c) { return c >= '0' && c <= '9'; })) {
    return SkipReason::HasPort;
  }
  if (word.find_first_of("*?^|()[]$\\") != std::string_view::npos) return SkipReason::Pattern;
  return SkipReason::NotAHostName;
}

SkipReason read_foreign_name(std::string_view word, Name& name) noexcept {
  const auto converted = name_from_user_text(word);
  if (!converted) return SkipReason::BadInternationalName;
  // The conversion lets through octets that stay odd ("a b", "a/b"), and may make an address.
  if (!converted->is_hostname()) return SkipReason::NotAHostName;
  std::array<char, Name::kTextBytesMax> text;
  return read_host_name(converted->write_text(text), name);
}

bool is_number(Bytes label) noexcept {
  return std::ranges::all_of(label, [](std::uint8_t c) { return c >= '0' && c <= '9'; });
}

// A bare host behind http:// or https:// is a name; anything more stays what it is.
std::string_view without_scheme(std::string_view word) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!word.starts_with(scheme)) continue;
    std::string_view host = word.substr(scheme.size());
    if (host.ends_with('/')) host.remove_suffix(1);
    if (host.find_first_of("/:?#@") == std::string_view::npos) return host;
  }
  return word;
}

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view take_word(std::string_view& text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && !is_space(text[size])) ++size;
  const std::string_view word = text.substr(0, size);
  while (size < text.size() && is_space(text[size])) ++size;
  text.remove_prefix(size);
  return word;
}

std::string_view cut_comment(std::string_view text, char mark) noexcept {
  for (std::size_t at = text.find(mark); at != std::string_view::npos;
       at = text.find(mark, at + 1)) {
    const std::string_view before = text.substr(0, at);
    if (at == 0 || is_space(text[at - 1])) return trim(before);
    if (mark == '#' && before.find('/') == std::string_view::npos) return before;
  }
  return text;
}

bool is_comment_line(std::string_view trimmed) noexcept {
  if (trimmed.empty()) return true;
  const char first = trimmed.front();
  return first == '#' || first == '!' || first == ';' || trimmed.starts_with("//");
}

SkipReason judge_host_name(const Name& name) noexcept {
  const std::size_t labels = name.label_count();
  const Bytes last = name.label(labels - 1);
  if (labels == 1) {
    return is_local_name(as_text(last)) ? SkipReason::LocalName : SkipReason::TopLevelOnly;
  }
  if (is_number(last)) return labels == 4 ? SkipReason::IsAddress : SkipReason::NotAHostName;
  const bool local =
      labels == 2 && as_text(last) == "localdomain" && as_text(name.label(0)) == "localhost";
  return local ? SkipReason::LocalName : SkipReason::None;
}

SkipReason read_host_name(std::string_view word, Name& name) noexcept {
  Name read;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= word.size(); ++i) {
    const Octet octet = i < word.size() ? kOctets[static_cast<unsigned char>(word[i])] : Octet::Dot;
    if (octet == Octet::Host) continue;
    if (octet == Octet::Foreign) return read_foreign_name(word, name);
    if (octet == Octet::Odd) return reason_of_odd_word(word);
    if (i == word.size() && start == i && !read.is_root()) break;  // the final dot
    if (!read.append_label(as_bytes(word.substr(start, i - start)))) {
      // A label before its foreign or odd octet may be the bad one: say what is worst.
      return reason_of_odd_word(word);
    }
    start = i + 1;
  }
  const SkipReason reason = judge_host_name(read);
  if (reason == SkipReason::None) name = read;
  return reason;
}

void add_rule(std::string_view word, RuleScope scope, ParsedLine& out) noexcept {
  if (out.rule_count == out.rules.size()) {
    out.skipped = SkipReason::TooManyNames;
    return;
  }
  Rule& rule = out.rules[out.rule_count];
  const SkipReason reason = read_host_name(without_scheme(word), rule.name);
  if (reason != SkipReason::None) {
    out.skipped = reason;
    return;
  }
  rule.action = RuleAction::Block;
  rule.scope = scope;
  rule.important = false;
  ++out.rule_count;
}

bool take_address(std::string_view word, ParsedLine& out) noexcept {
  const auto prefix = Cidr::from_text(word);
  if (!prefix) return false;
  out.address = AddressRule{*prefix};
  out.skipped = SkipReason::None;
  return true;
}

bool take_subtree_mark(std::string_view& word) noexcept {
  if (word.starts_with("*.")) {
    word.remove_prefix(2);
    return true;
  }
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    return true;
  }
  return false;
}

bool is_sink_address(std::string_view word) noexcept {
  if (word == "0.0.0.0" || word == "127.0.0.1" || word == "::" || word == "::1") return true;
  const auto address = IpAddress::from_text(word);
  if (!address) return false;
  if (address->is_v4()) return address->wire()[0] == 127;
  return *address == *IpAddress::from_text("::") || *address == *IpAddress::from_text("::1");
}

bool read_hosts_line(std::string_view trimmed, ParsedLine& out) noexcept {
  // Host names start with a letter more often than not: look at the first octet before the rest.
  const char first = trimmed.empty() ? 'x' : trimmed.front();
  const bool may_be_address = (first >= '0' && first <= '9') || first == ':' ||
                              (first >= 'a' && first <= 'f') || (first >= 'A' && first <= 'F');
  if (!may_be_address) return false;
  std::string_view rest = trimmed;
  std::string_view address = take_word(rest);
  if (rest.empty()) return false;
  address = address.substr(0, address.find('%'));  // fe80::1%lo0
  const bool sink = is_sink_address(address);
  if (!sink && !IpAddress::from_text(address)) return false;
  while (!rest.empty()) {
    const std::string_view word = take_word(rest);
    add_rule(word, RuleScope::Exact, out);
    if (out.skipped == SkipReason::IsAddress && word == address) {
      out.skipped = SkipReason::LocalName;  // "0.0.0.0 0.0.0.0", in many a hosts file's head
    }
  }
  if (!sink && out.rule_count > 0) {
    out.rule_count = 0;
    out.skipped = SkipReason::RealAddress;
  }
  return true;
}

}  // namespace haetae::list
