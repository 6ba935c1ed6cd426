#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "wire/dns_message.h"
#include "wire/edns.h"
#include "wire/parse_error.h"

namespace haetae::wire {

struct RewriteOptions {
  // Subtracted from every TTL, but never below 0; then the cap.
  std::uint32_t age_s = 0;
  std::uint32_t ttl_max_s = 0x7fffffff;
  // The answer was validated: AD is set for clients that want it (RFC 6840, section 5.8).
  bool authentic = false;
  // Drops authority and additional records where the answer section holds any.
  bool minimal = false;
  // Keeps what an answer is judged by (dns_targets.h) and no more: in the answer section the type
  // asked and the way to it (CNAME, DNAME, signatures), of the additional section nothing.
  bool only_judged = false;
  // Takes the ech parameter out of HTTPS and SVCB records, their signatures and AD with it; a
  // record that makes ech mandatory is dropped whole.
  bool strip_ech = false;
  // Our OPT; none is written if there is no value, or if the client sent none.
  std::optional<EdnsReply> edns{};
};

// Makes the answer to a client's query out of an upstream packet. Not hot: once per cache fill.
// Kept: rcode, TC, records in their order and letter case. From the client: id, RD, CD, the
// question's letter case. QR and RA set, AA clear. Upstream's OPT, TSIG and SIG(0) go; RRSIG, NSEC
// and NSEC3 go unless the client set DO or asked for that very type (RFC 4035, section 3.2.1).
// An upstream rcode above 15 becomes SERVFAIL. out's size is the limit; see DnsWriter for what is
// cut. Returns the message's size. WrongQuestion if the packet does not answer the client's name,
// type and class; NotAResponse if it is none; another error if it is malformed
// anywhere: half an answer is never passed on. out: at least kUdpBytesMin octets, not overlapping
// upstream.
std::expected<std::size_t, ParseError> rewrite_answer(Bytes upstream, const Query& client,
                                                      const RewriteOptions& options,
                                                      MutableBytes out) noexcept;

// ---- Hot: a packed answer is one that rewrite_answer or DnsWriter made without an OPT. To serve
// it from a cache: copy it, address it to the client, age it, append the OPT.

// Lowers every TTL by age_s, not below 0, and to at most cap_s. ttl_offsets: collect_ttl_offsets().
void age_answer(MutableBytes packed, std::span<const std::uint16_t> ttl_offsets,
                std::uint32_t age_s, std::uint32_t cap_s) noexcept;

// Puts the client's id, RD, CD and letter case into a packed answer to the same question; AD only
// stays if the client wants it.
void address_to_client(MutableBytes packed, const Query& client) noexcept;

// Appends an OPT. out: the message's room, of which size_bytes are used. Where it does not fit with
// the message, the message is cut (TC, no records). Returns the new size.
std::size_t append_edns(MutableBytes out, std::size_t size_bytes, const EdnsReply& edns) noexcept;

// Cuts a packed answer to header and question and sets TC. Returns the new size.
std::size_t truncate_answer(MutableBytes packed) noexcept;

}  // namespace haetae::wire
