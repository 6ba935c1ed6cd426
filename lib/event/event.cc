#include "event/event.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>

#include "event/json_object.h"
#include "event/sensitive.h"
#include "policy/describe.h"

namespace haetae::event {
namespace {

using policy::LogLevel;
using policy::Policy;
using policy::Reason;
using policy::Verdict;

std::string time_text(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z"),
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

// RFC 3597, section 5, for types without a mnemonic here; empty for no type.
std::string type_text(std::uint16_t type) {
  switch (type) {
    case 0: return {};
    case 1: return "A";
    case 2: return "NS";
    case 5: return "CNAME";
    case 6: return "SOA";
    case 12: return "PTR";
    case 15: return "MX";
    case 16: return "TXT";
    case 28: return "AAAA";
    case 33: return "SRV";
    case 35: return "NAPTR";
    case 43: return "DS";
    case 48: return "DNSKEY";
    case 64: return "SVCB";
    case 65: return "HTTPS";
    case 255: return "ANY";
    default: return fmt::format("TYPE{}", type);
  }
}

std::string answer_text(const Event& event) {
  switch (event.answer) {
    case Event::Answer::None: return {};
    case Event::Answer::Name: return event.answer_name().to_text();
    case Event::Answer::Address: return event.answer_address().to_text();
  }
  return {};
}

policy::Description describe(const Policy& policy, const Event& event) {
  const policy::Profile& profile = policy.profiles[event.who.profile];
  switch (event.answer) {
    case Event::Answer::None: break;
    case Event::Answer::Name:
      return policy::describe(policy, profile, event.answer_name(), event.verdict);
    case Event::Answer::Address:
      return policy::describe(policy, profile, event.answer_address(), event.verdict);
  }
  return policy::describe(policy, profile, event.name(), event.verdict);
}

}  // namespace

// Also where something else decided: a visit to a help page that bedtime blocked, or that went
// through unhindered, tells as much about a child as one that its category blocked.
bool is_sensitive(const Event& event, const Policy& policy) {
  if (is_sensitive(policy, event.verdict.category)) return true;
  if (sensitive_categories(policy, event.name()).any()) return true;
  switch (event.answer) {
    case Event::Answer::None: return false;
    case Event::Answer::Name: return sensitive_categories(policy, event.answer_name()).any();
    case Event::Answer::Address: return sensitive_categories(policy, event.answer_address()).any();
  }
  return false;
}

void Event::set_name(const Name& name) noexcept {
  const Bytes wire = name.wire();
  name_size = static_cast<std::uint8_t>(wire.size());
  std::ranges::copy(wire, name_wire.begin());
}

void Event::set_answer(const Name& name) noexcept {
  const Bytes wire = name.wire();
  answer = Answer::Name;
  answer_size = static_cast<std::uint8_t>(wire.size());
  std::ranges::copy(wire, answer_octets.begin());
}

void Event::set_answer(const IpAddress& address) noexcept {
  answer = Answer::Address;
  answer_size = static_cast<std::uint8_t>(address.octets().size());
  std::ranges::copy(address.octets(), answer_octets.begin());
}

Name Event::answer_name() const noexcept {
  const auto name = Name::from_wire(Bytes(answer_octets).first(answer_size));
  return name ? *name : Name();
}

IpAddress Event::answer_address() const noexcept {
  return IpAddress::v6(std::span<const std::uint8_t>(answer_octets).first<16>());
}

Name Event::name() const noexcept {
  const auto name = Name::from_wire(Bytes(name_wire).first(name_size));
  return name ? *name : Name();
}

bool is_kept(const policy::Profile& profile, const Verdict& verdict) noexcept {
  if (verdict.reason == Reason::Help || verdict.reason == Reason::Locked) return false;
  // Who searches for help must be able to do so unseen.
  if (verdict.help != policy::kNoCategory) return false;
  switch (profile.log) {
    case LogLevel::None:
    case LogLevel::Counters: return false;
    case LogLevel::Blocked: return verdict.action == policy::Action::Block || verdict.watched;
    case LogLevel::All: return true;
  }
  return false;
}

void append_json_line(std::string& out, const Event& event, const Policy& policy) {
  const Verdict& verdict = event.verdict;
  const bool ids_are_known =
      event.policy_generation == policy.generation && event.who.profile < policy.profiles.size();
  std::string name;
  std::string answer;
  policy::Description why;
  const bool says_what = event.name_size > 0 || event.answer != Event::Answer::None;
  if (ids_are_known && says_what && !is_sensitive(event, policy)) {
    if (event.name_size > 0) name = event.name().to_text();
    answer = answer_text(event);
    why = describe(policy, event);
  }
  const bool device_is_known = ids_are_known && event.who.device < policy.devices.size();
  JsonObject line(out);
  line.text("time", time_text(event.when));
  line.text("device", device_is_known ? policy.devices[event.who.device].name : "");
  line.text("profile", ids_are_known ? policy.profiles[event.who.profile].name : "");
  line.text("peer", event.peer.address.to_text());
  line.text("kind", to_text(event.kind));
  line.text("type", type_text(event.record_type));
  line.text("name", name);
  line.text("answer", answer);
  line.text("verdict", to_text(verdict.action));
  line.text("reason", to_text(verdict.reason));
  line.text("category", why.category);
  line.text("list", why.list);
  line.text("rule", why.rule);
  line.text("technique", to_text(event.technique));
  line.flag("watched", verdict.watched);
  line.finish();
}

}  // namespace haetae::event
