#pragma once

#include <cstdint>
#include <string_view>

#include "base/address.h"
#include "base/name.h"
#include "base/name_hash.h"
#include "base/time.h"
#include "list/image.h"
#include "list/pattern_set.h"
#include "list/url_name.h"
#include "policy/ids.h"
#include "policy/verdict.h"

namespace haetae::policy {

// How the request was seen. DnsAnswer is a name or address that stands in the answer to another
// question: only what is said of it counts there, since whether the device may be online at all was
// decided with the question.
enum class Kind : std::uint8_t {
  DnsName,
  DnsAnswer,
  TlsName,
  QuicName,
  HttpUrl,
  HttpBody,
  Address
};
// The texts that stay: "dns_name", "dns_answer", ….
std::string_view to_text(Kind kind) noexcept;

// A way round the filter that a flow shows by itself, whatever name or address it has.
enum class Technique : std::uint8_t {
  None,
  DnsOverTls,
  DnsOverQuic,
  PrivateRelay,  // Apple's
  Ech,           // an encrypted hello behind the name of those who hide theirs
  Tor,
  WireGuard,
  OpenVpn,
};
// "" for None; else "dns_over_tls", …: the texts that stay.
std::string_view to_text(Technique technique) noexcept;

// What told us who asks, strongest first.
enum class KnownBy : std::uint8_t {
  Credential,  // the device's `id`
  Mac,
  Address,    // the device's address or prefix
  Network,    // the network's prefix; nobody knows the device
  Interface,  // the network's interface; nobody knows the device
  Nothing,    // hence the default profile
};
// "credential", "mac", "address", "network", "interface", "nothing".
std::string_view to_text(KnownBy known_by) noexcept;

// Who asks, as far as we know.
struct Identity {
  DeviceId device = kUnknownDevice;
  ProfileId profile = 0;
  KnownBy known_by = KnownBy::Nothing;
};

// What one generation of the Policy knows about a name or an address, whoever asks: facts, not
// verdicts. May be remembered beside a cached answer while the generation lasts.
struct NameFacts {
  list::Match listed;
  std::uint32_t marks = 0;        // place in Policy::mark_spans; 0: none
  bool marks_whole_name = false;  // the longest known suffix is the name itself
  bool score_known = false;       // `score` is filled on demand: most names are decided without it
  list::PatternScore score;
};

// One question for the policy. A Request without name and address is judged like what cannot be
// decided.
struct Request {
  Identity who;
  Kind kind = Kind::DnsName;
  Time now;
  const Name* name = nullptr;          // borrowed; never null for kinds that have a name
  const IpAddress* address = nullptr;  // borrowed; kinds Address and DnsAnswer, if there is no name
  // Kind HttpUrl, borrowed: host and path; the host is the name or address above. Null where the
  // path is not known.
  const list::UrlName* url = nullptr;
  // With `url`, borrowed: what follows the authority, as it was sent, for patterns.
  std::string_view path;
  // Kind DnsAnswer, of the question: how far its verdict reaches, and may_lead_home().
  Reach reach = Reach::Nothing;
  bool may_lead_home = false;
  Technique technique = Technique::None;  // of a flow: what it shows beside its name
};

}  // namespace haetae::policy
