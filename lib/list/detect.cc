#include "list/detect.h"

#include <algorithm>
#include <array>

#include "base/address.h"
#include "list/format_text.h"

namespace haetae::list {
namespace {

bool starts_with_any_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) {
           return to_lower(static_cast<std::uint8_t>(a)) == static_cast<std::uint8_t>(b);
         });
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_dnsmasq_line(std::string_view line) {
  return line.starts_with("address=/") || line.starts_with("server=/") ||
         line.starts_with("local=/");
}

bool is_adblock_line(std::string_view line) {
  if (line.starts_with("||") || line.starts_with("@@") || line.starts_with("|http")) return true;
  // "##" at the start is a comment in the plain dialects more often than a rule for all sites.
  const std::size_t hash = line.find("##");
  return (hash != std::string_view::npos && hash > 0 && line[hash - 1] != ' ') ||
         holds(line, "#@#") || holds(line, "#?#");
}

bool is_rpz_line(std::string_view line) {
  if (starts_with_any_case(line, "$ttl ") || starts_with_any_case(line, "$origin ")) return true;
  // The record's type is its second word at least.
  take_word(line);
  while (!line.empty()) {
    const std::string_view word = take_word(line);
    if (word.size() == 5 && starts_with_any_case(word, "cname")) return true;
    if (word.size() == 3 && starts_with_any_case(word, "soa")) return true;
  }
  return false;
}

// Pi-hole's expressions are written for names: "(^|\.)x\.example$".
bool is_expression(std::string_view line) {
  return holds(line, "\\.") || line.starts_with('^') || line.starts_with('(') ||
         holds(line, ".*") || holds(line, ".+");
}

bool is_url(std::string_view word) {
  const std::size_t scheme = word.find("://");
  if (scheme != std::string_view::npos) word.remove_prefix(scheme + 3);
  const std::size_t slash = word.find('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  const std::string_view host = word.substr(0, slash);
  Name name;
  return read_host_name(host, name) == SkipReason::None || IpAddress::from_text(host).has_value();
}

bool is_plain_name(std::string_view word) {
  take_subtree_mark(word);
  Name name;
  const SkipReason reason = read_host_name(word, name);
  return reason == SkipReason::None || reason == SkipReason::IsAddress;
}

// The one dialect a line looks like; Auto: none, or a comment. From the most telling mark to the
// least.
Format shape_of(std::string_view line) {
  if (starts_with_any_case(line, "[adblock")) return Format::Adblock;
  if (is_dnsmasq_line(line)) return Format::Dnsmasq;
  if (is_adblock_line(line)) return Format::Adblock;
  if (is_comment_line(line)) return Format::Auto;
  if (is_rpz_line(line)) return Format::Rpz;
  ParsedLine parsed;
  if (read_hosts_line(cut_comment(line, '#'), parsed)) return Format::Hosts;
  if (line.size() > 2 && line.starts_with('/') && line.ends_with('/')) return Format::Regex;
  std::string_view rest = cut_comment(line, '#');
  const std::string_view word = take_word(rest);
  if (!rest.empty()) return Format::Auto;  // prose
  if (word.starts_with("*.")) return Format::Wildcard;
  if (Cidr::from_text(word)) return Format::Addresses;
  if (is_plain_name(word)) return Format::Domains;
  if (is_expression(line)) return Format::PiholeRegex;
  return is_url(word) ? Format::Urls : Format::Auto;
}

}  // namespace

std::expected<void, std::string> check_is_text(std::string_view head) {
  std::string_view text = head.substr(0, limits::kListHeadBytesMax);
  while (!text.empty() && (trim(text.substr(0, 1)).empty() || text.front() == '\n')) {
    text.remove_prefix(1);
  }
  if (text.empty()) return std::unexpected("it is empty");
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return std::unexpected("it is UTF-16 text; save it as UTF-8");
  }
  if (text.find('\0') != std::string_view::npos) {
    return std::unexpected("it is binary, not text");
  }
  if (text.front() == '<') {
    return std::unexpected(
        "it is a web page (HTML or XML), not a list; look at where it came from");
  }
  return {};
}

std::expected<Format, std::string> detect_format(std::string_view head) {
  head = head.substr(0, limits::kListHeadBytesMax);
  if (const auto text = check_is_text(head); !text) return std::unexpected(text.error());
  std::array<std::size_t, kFormatCount> lines{};
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = trim(head.substr(0, end));
    if (line.size() <= limits::kListLineBytesMax) {
      ++lines[static_cast<std::size_t>(shape_of(line))];
    }
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  // Among the formats; what looks like none of them has no vote.
  const auto* const most = std::max_element(lines.begin() + 1, lines.end());
  if (*most == 0) return std::unexpected("none of its first lines looks like a rule of any format");
  const auto format = static_cast<Format>(most - lines.begin());
  // Names among addresses: a list of domains takes both.
  const bool has_names = lines[static_cast<std::size_t>(Format::Domains)] > 0;
  return format == Format::Addresses && has_names ? Format::Domains : format;
}

}  // namespace haetae::list
