#include "list/url_name.h"

#include <algorithm>
#include <array>

#include "base/mix.h"
#include "base/percent.h"

namespace haetae::list {
namespace {

// What starts the label of a part: of the path, or of the query behind it.
constexpr bool is_mark(char c) noexcept {
  return c == '/' || c == '?';
}
// Starts the hash that stands for a long part.
constexpr char kHashMark = '\x01';

// An odd number. No secret: whoever makes a page that meets a listed one has its page blocked.
constexpr std::uint64_t kHashStart = 0x9e3779b97f4a7c15ULL;

// No host has so many labels left over, with one octet for each part and one for its length.
constexpr std::size_t kPartsMax = limits::kNameBytesMax / 2;

constexpr bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// One octet of a part in its plain form, and how many it took.
struct Octet {
  char value;
  std::size_t size;
};
Octet octet_at(std::string_view raw, std::size_t at) noexcept {
  const auto escaped = escaped_octet(raw.substr(at));
  if (escaped && is_unreserved(static_cast<char>(*escaped))) {
    return {static_cast<char>(*escaped), kEscapeBytes};
  }
  return {raw[at], 1};
}

struct Part {
  char mark;
  std::string_view text;
};

// How many dots the part of a path is, if it is nothing else: they mean here and up.
std::size_t dots_of(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Octet octet = octet_at(text, at);
    if (octet.value != '.') return 0;
    ++count;
    at += octet.size;
  }
  return count <= 2 ? count : 0;
}

// A list of parts with room for as many as a name could hold.
struct Parts {
  std::array<Part, kPartsMax> all;
  std::size_t count = 0;
  bool overflowed = false;

  void add(char mark, std::string_view text) noexcept {
    if (text.empty()) return;
    if (count == all.size()) {
      overflowed = true;
      return;
    }
    all[count++] = {mark, text};
  }
  void go_up() noexcept { count -= count > 0 ? 1 : 0; }
};

void split_path(std::string_view path, Parts& parts) noexcept {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view text = path.substr(0, path.find('/'));
    path.remove_prefix(text.size());
    const std::size_t dots = dots_of(text);
    if (dots == 2) parts.go_up();
    if (dots == 0) parts.add('/', text);
  }
}

void split_query(std::string_view query, Parts& parts) noexcept {
  while (!query.empty()) {
    query.remove_prefix(1);
    const std::string_view text = query.substr(0, query.find('&'));
    query.remove_prefix(text.size());
    parts.add('?', text);
  }
}

Parts split(std::string_view url) noexcept {
  url = url.substr(0, url.find('#'));
  url.remove_prefix(std::min(url.find_first_of("/?"), url.size()));
  const std::size_t query = std::min(url.find('?'), url.size());
  Parts parts;
  split_path(url.substr(0, query), parts);
  split_query(url.substr(query), parts);
  return parts;
}

struct Label {
  std::array<std::uint8_t, limits::kLabelBytesMax> octets;
  std::size_t size = 0;
  Bytes view() const noexcept { return {octets.data(), size}; }
};

Label label_of(const Part& part) noexcept {
  Label label;
  label.octets[label.size++] = static_cast<std::uint8_t>(part.mark);
  std::uint64_t hash = kHashStart;  // of all octets
  bool is_long = false;
  for (std::size_t at = 0; at < part.text.size();) {
    const Octet octet = octet_at(part.text, at);
    at += octet.size;
    const std::uint8_t lower = to_lower(static_cast<std::uint8_t>(octet.value));
    hash = fold(hash ^ lower, kHashStart);
    is_long = label.size == label.octets.size();
    if (!is_long) label.octets[label.size++] = lower;
  }
  if (!is_long) return label;
  // The mark stays, so that it is still known as a part of a path.
  label.octets[1] = static_cast<std::uint8_t>(kHashMark);
  label.size = 2;
  for (int shift = 60; shift >= 0; shift -= 4) {
    label.octets[label.size++] = static_cast<std::uint8_t>("0123456789abcdef"[hash >> shift & 15]);
  }
  return label;
}

// The name of host and path; false if not every part is in it.
bool write_url(const Name& host, std::string_view path, UrlName& out) noexcept {
  const Parts parts = split(path);
  std::array<Label, kPartsMax> labels;
  std::size_t size = host.wire().size();
  out.path_labels = 0;
  for (; out.path_labels < parts.count; ++out.path_labels) {
    Label& label = labels[out.path_labels];
    label = label_of(parts.all[out.path_labels]);
    if (size + 1 + label.size > limits::kNameBytesMax) break;
    size += 1 + label.size;
  }
  bool is_whole = !parts.overflowed && out.path_labels == parts.count;
  out.name = Name();
  for (std::size_t i = out.path_labels; i-- > 0;) {
    is_whole = out.name.append_label(labels[i].view()).has_value() && is_whole;
  }
  for (std::size_t i = 0; i < host.label_count(); ++i) {
    is_whole = out.name.append_label(host.label(i)).has_value() && is_whole;
  }
  return is_whole;
}

}  // namespace

UrlName url_name(const Name& host, std::string_view path) noexcept {
  UrlName url;
  write_url(host, path, url);
  return url;
}

std::optional<Name> url_rule_name(const Name& host, std::string_view path) noexcept {
  UrlName url;
  if (!write_url(host, path, url)) return std::nullopt;
  return url.name;
}

std::optional<UrlName> without_www(const UrlName& url) noexcept {
  const std::size_t www = url.path_labels;
  if (url.name.label_count() < www + 3 || as_text(url.name.label(www)) != "www") {
    return std::nullopt;
  }
  UrlName bare;
  bare.path_labels = url.path_labels;
  for (std::size_t i = 0; i < url.name.label_count(); ++i) {
    if (i != www && !bare.name.append_label(url.name.label(i))) return std::nullopt;
  }
  return bare;
}

bool is_url_name(const Name& name) noexcept {
  return !name.is_root() && is_mark(static_cast<char>(name.label(0).front()));
}

std::string url_text(const Name& name) {
  std::size_t path_labels = 0;
  while (path_labels < name.label_count() &&
         is_mark(static_cast<char>(name.label(path_labels).front()))) {
    ++path_labels;
  }
  std::string text = name.suffix(path_labels).to_text();
  bool in_query = false;
  for (std::size_t i = path_labels; i-- > 0;) {
    const std::string_view part = as_text(name.label(i));
    const bool is_hash = part.size() > 1 && part[1] == kHashMark;
    text += part[0] == '?' && in_query ? '&' : part[0];
    text += is_hash ? "…" : part.substr(1);
    in_query = part[0] == '?';
  }
  return text;
}

}  // namespace haetae::list
