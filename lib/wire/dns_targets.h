#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/name.h"
#include "wire/dns_records.h"

namespace haetae::wire {

// One thing that an answer leads to: the next name of its chain, a service's host, an address.
struct Target {
  enum class Kind : std::uint8_t {
    ChainName,    // of a CNAME, or what a DNAME makes of the chain's last name (RFC 6672)
    ServiceName,  // TargetName of HTTPS and SVCB, in alias and service mode (RFC 9460)
    Address,      // of A and AAAA
    Hint,         // of ipv4hint and ipv6hint
  };
  Kind kind = Kind::Address;
  // Its record belongs to the chain's last name, the question's at first: a client that follows the
  // answer comes by. What stands beside the chain is told too.
  bool on_chain = false;
  std::uint16_t record = 0;  // which record of the answer section it stands in, from 0
  Name name;                 // of the first two kinds
  IpAddress address;         // of the others

  bool is_name() const noexcept { return kind == Kind::ChainName || kind == Kind::ServiceName; }
};

// Walks all that the answer section of a message leads to, in order.
//   TargetReader reader(message, question.name);
//   for (Target target; reader.next(target);) ...
//   if (reader.malformed()) ...
// A service whose TargetName is the root is its owner's own, and tells no name. Types that hold
// names which a client asks for anew (MX, NS, SRV …) tell nothing. No allocation.
class TargetReader {
 public:
  TargetReader(Bytes message, const Name& asked) noexcept;

  bool next(Target& out) noexcept;
  // The walk stopped at a record that does not read.
  bool malformed() const noexcept { return malformed_ || reader_.error().has_value(); }

 private:
  bool read(Target& out) noexcept;
  bool read_cname(Target& out) noexcept;
  bool read_dname(Target& out) noexcept;
  bool read_service(Target& out) noexcept;
  bool read_hint(Target& out) noexcept;
  bool stop() noexcept;

  RecordReader reader_;
  Record record_;
  Name last_;  // of the chain
  std::uint16_t record_count_ = 0;
  bool malformed_ = false;
  // What is left of a service's parameters, and of one that holds hints.
  SvcParamReader params_{{}};
  SvcParam hint_{};
  std::size_t hints_told_ = 0;
  bool in_service_ = false;
};

}  // namespace haetae::wire
