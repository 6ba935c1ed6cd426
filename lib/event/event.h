#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/limits.h"
#include "base/name.h"
#include "base/time.h"
#include "policy/policy.h"
#include "policy/request.h"
#include "policy/verdict.h"

namespace haetae::event {

// The record of one Request and its Verdict; never payload octets. Trivially copyable: travels from
// a worker to the writer by a Ring.
struct Event {
  std::uint64_t policy_generation = 0;  // whose ids the verdict holds
  Time when;
  Peer peer;
  policy::Identity who;
  policy::Kind kind = policy::Kind::DnsName;
  std::uint16_t record_type = 0;                          // DNS only
  policy::Technique technique = policy::Technique::None;  // a way round the filter that showed
  policy::Verdict verdict;
  std::uint8_t name_size = 0;
  std::array<std::uint8_t, limits::kNameBytesMax> name_wire;
  // Kind DnsAnswer: what of the answer decided; a name in wire form or the 16 octets of an address.
  // Other kinds: what was judged where there is no name: the address.
  enum class Answer : std::uint8_t { None, Name, Address };
  Answer answer = Answer::None;
  std::uint8_t answer_size = 0;
  std::array<std::uint8_t, limits::kNameBytesMax> answer_octets;

  void set_answer(const Name& name) noexcept;
  void set_answer(const IpAddress& address) noexcept;
  void clear_answer() noexcept { answer = Answer::None; }
  // As set; only where it was.
  Name answer_name() const noexcept;
  IpAddress answer_address() const noexcept;

  void set_name(const Name& name) noexcept;
  // The name as set; the root if none was.
  Name name() const noexcept;
};

// Whether the profile's log level keeps this event at all: `none` and `counters` keep nothing,
// `blocked` what was blocked or would have been, `all` all. Help lines, locked hits and searches
// that call for help are never itemised, at any level: they are only counted.
bool is_kept(const policy::Profile& profile, const policy::Verdict& verdict) noexcept;

// Whether what it is about may be itemised to nobody (DESIGN, section 8): the name, what of the
// answer decided, or the verdict's category stands in a sensitive category. policy: that of the
// event's generation.
bool is_sensitive(const Event& event, const policy::Policy& policy);

// Appends one JSON object on one line, without the line's end: time (RFC 3339, UTC), device,
// profile, peer, kind, type, name, answer, verdict, reason, category, list, rule, technique,
// watched. All keys are always there; null where there is nothing to say. answer: the name or
// address of the answer that decided (kind dns_answer), or the address that was judged in place of
// a name; category, list and rule are of that then. Where the name, or what decided, stands in a
// sensitive category, name, answer, category, list and rule are null (DESIGN, section 8); so they
// are for an event of another generation of the policy, whose ids say nothing here.
void append_json_line(std::string& out, const Event& event, const policy::Policy& policy);

}  // namespace haetae::event
