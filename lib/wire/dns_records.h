#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "base/address.h"
#include "base/name.h"
#include "wire/dns_message.h"

namespace haetae::wire {

// One resource record (RFC 1035, section 4.1.3). Views point into the message.
struct Record {
  Bytes message;  // the whole of it: names inside rdata may point anywhere back
  Section section{};
  Name owner;  // lower case
  RRType type{};
  RRClass klass{};          // an OPT's payload size stands here
  std::uint32_t ttl_s = 0;  // as it stands: an OPT's flags are here too; see ttl_seconds()
  Bytes rdata;
  std::size_t offset = 0;        // where the owner starts in the message
  std::size_t ttl_offset = 0;    // where the TTL's four octets start
  std::size_t rdata_offset = 0;  // where rdata starts
};

// A TTL with the top bit set counts as 0 (RFC 2181, section 8).
constexpr std::uint32_t ttl_seconds(std::uint32_t ttl_s) noexcept {
  return ttl_s > 0x7fffffff ? 0 : ttl_s;
}

// Walks a message: its questions, then its records in all three sections, in order.
//   RecordReader reader(message);
//   for (Record record; reader.next(record);) ...
//   if (reader.error()) ...
// Nothing is read twice and nothing allocated; a message of n octets holds at most n / 11 records.
class RecordReader {
 public:
  explicit RecordReader(Bytes message) noexcept;

  const Header& header() const noexcept { return header_; }
  // The next question; false after the last one or at a fault.
  bool next_question(Question& out) noexcept;
  // The next record, after stepping over questions that are left; false after the last one or at
  // a fault.
  bool next(Record& out) noexcept;
  // Why the walk stopped before the counts said so; nothing while all is well.
  std::optional<ParseError> error() const noexcept { return error_; }
  // Octets after the last record, once next() has returned false without a fault.
  std::size_t left() const noexcept { return in_.left(); }

 private:
  bool stop(ParseError error) noexcept;
  bool step_over_questions() noexcept;
  bool next_section() noexcept;
  bool read_record(Record& out) noexcept;

  WireReader in_;
  Header header_;
  std::uint16_t questions_left_ = 0;
  std::uint16_t records_left_ = 0;
  Section section_ = Section::Answer;
  std::optional<ParseError> error_;
};

// The offset of every TTL of a message, OPT's apart, for age_answer(). Returns how many there are;
// TooManyRecords if `out` is too small.
std::expected<std::size_t, ParseError> collect_ttl_offsets(Bytes message,
                                                           std::span<std::uint16_t> out) noexcept;

// ---- What stands in rdata. BadValue or a name's error if the data does not fit its type.

// A and AAAA.
std::expected<IpAddress, ParseError> read_address(const Record& record) noexcept;

// The one name of CNAME, DNAME, NS and PTR.
std::expected<Name, ParseError> read_target(const Record& record) noexcept;

struct Soa {
  Name primary;
  Name mailbox;
  std::uint32_t serial = 0;
  std::uint32_t refresh_s = 0;
  std::uint32_t retry_s = 0;
  std::uint32_t expire_s = 0;
  std::uint32_t minimum_s = 0;  // with the record's own TTL: how long "no" lasts (RFC 2308, 5)
};
std::expected<Soa, ParseError> read_soa(const Record& record) noexcept;

// The type that an RRSIG covers (RFC 4034, section 3.1.1).
std::expected<RRType, ParseError> read_covered_type(const Record& record) noexcept;

// SVCB and HTTPS (RFC 9460, section 2.2). Priority 0 is an alias to target.
struct Svcb {
  std::uint16_t priority = 0;
  Name target;   // the root means the owner itself
  Bytes params;  // well formed: keys ascend, lengths fit
};
std::expected<Svcb, ParseError> read_svcb(const Record& record) noexcept;

struct SvcParam {
  SvcParamKey key{};
  Bytes value;
};

// Walks the parameters of a Svcb, in order.
class SvcParamReader {
 public:
  explicit SvcParamReader(Bytes params) noexcept : rest_(params) {}
  bool next(SvcParam& out) noexcept;

 private:
  Bytes rest_;
};

std::optional<Bytes> find_svc_param(Bytes params, SvcParamKey key) noexcept;

// Address i of an ipv4hint or ipv6hint value; nothing at or after the end.
std::optional<IpAddress> svc_hint_address(const SvcParam& hint, std::size_t i) noexcept;

}  // namespace haetae::wire
