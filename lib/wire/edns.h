#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "wire/dns_types.h"
#include "wire/parse_error.h"
#include "wire/writer.h"

namespace haetae::wire {

// The OPT record of a message (RFC 6891, section 6.1).
struct Edns {
  bool present = false;
  bool dnssec_ok = false;  // DO
  std::uint8_t version = 0;
  std::uint8_t rcode_high = 0;  // the upper eight bits of a response's rcode
  // What the sender can take over UDP: at least 512, as small values mean (section 6.2.3).
  std::uint16_t udp_payload_bytes = kUdpBytesMin;
  Bytes options;              // a view into the message; well formed if version is 0
  bool names_client = false;  // among them is one of those of wire/edns_identity.h
};

// Reads an OPT record's fixed fields, which stand where others have class and TTL. BadEdns if the
// options' lengths do not fill rdata exactly; later versions than 0 may hold what they like.
std::expected<Edns, ParseError> parse_edns(std::uint16_t klass, std::uint32_t ttl,
                                           Bytes rdata) noexcept;

struct EdnsOption {
  EdnsOptionCode code{};
  Bytes value;
};

// Walks the options of an Edns, in order; unknown ones too.
class EdnsOptionReader {
 public:
  explicit EdnsOptionReader(Bytes options) noexcept : rest_(options) {}
  // False at the end, or where the lengths do not fit (never in options that parse_edns took).
  bool next(EdnsOption& out) noexcept;

 private:
  Bytes rest_;
};

// The first option of that code, as a view.
std::optional<Bytes> find_edns_option(Bytes options, EdnsOptionCode code) noexcept;

// One Extended DNS Error (RFC 8914): a code and a few words for people, UTF-8.
struct ExtendedError {
  EdeCode code{};
  std::string_view text;
};

// What our own OPT says. Views must outlive the call that takes it.
struct EdnsReply {
  std::uint16_t udp_payload_bytes = kUdpBytesOffered;
  bool dnssec_ok = false;  // DO is echoed (RFC 3225, section 3)
  std::span<const ExtendedError> errors{};
};

// How much of an EdnsReply is written, for when room is short (RFC 8914, section 3).
enum class EdnsDetail : std::uint8_t { Whole, CodesOnly, NoErrors };

// Octets that write_edns will need: 11 and the errors.
std::size_t edns_bytes(const EdnsReply& edns, EdnsDetail detail) noexcept;
// The fullest detail that fits; NoErrors if none does.
EdnsDetail detail_that_fits(const EdnsReply& edns, std::size_t room_bytes) noexcept;

// Writes an OPT record. rcode: the response's whole rcode; its upper bits go here.
void write_edns(WireWriter& out, const EdnsReply& edns, EdnsDetail detail, Rcode rcode) noexcept;

}  // namespace haetae::wire
