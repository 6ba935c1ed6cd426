#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/name.h"
#include "base/time.h"
#include "policy/request.h"

namespace haetae::daemon {

// What a person asks about: a name, an address, or a URL.
struct Subject {
  Name name;
  std::optional<IpAddress> address;  // then there is no name
  std::optional<list::UrlName> url;  // kind HttpUrl
  std::string_view path;             // of the URL; a part of the input
  policy::Kind kind = policy::Kind::DnsName;
};

// Error: what is wrong with the input, for a person.
std::expected<Subject, std::string> parse_subject(std::string_view input);

// RFC 3339, with a zone or "Z".
std::optional<Time> parse_time(std::string_view text);

// "A", "aaaa", "HTTPS", "TYPE65", ….
bool is_record_type(std::string_view text);

}  // namespace haetae::daemon
