#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>

#include "base/address.h"
#include "base/name.h"
#include "wire/dns_compress.h"
#include "wire/dns_message.h"
#include "wire/dns_records.h"
#include "wire/edns.h"
#include "wire/writer.h"

namespace haetae::wire {

struct RdataLayout;

// Writes the response to a query into a borrowed buffer, without allocation:
//   DnsWriter reply(out.first(limit_bytes), query, Rcode::NxDomain);
//   reply.add_soa(Section::Authority, query.question.name, 2, soa);
//   const std::size_t size = reply.finish(edns);
// The header takes id, RD and CD from the query, sets QR and RA; the question is echoed in its
// original letter case. Sections are written in order. When the buffer's size is exceeded, finish()
// keeps header, question and OPT and sets TC (RFC 2181, section 9); an overflow in the additional
// section only drops that section.
class DnsWriter {
 public:
  // out: where the message goes and how long it may become; at least kUdpBytesMin octets, which
  // always hold header, question and OPT. A question without `wire` (one of our own) is written
  // from its name, type and class.
  DnsWriter(MutableBytes out, const Query& query, Rcode rcode) noexcept;

  void set_rcode(Rcode rcode) noexcept { rcode_ = rcode; }
  void set_authentic_data(bool value) noexcept { set_flag(Header::kAuthenticData, value); }
  void set_authoritative(bool value) noexcept { set_flag(Header::kAuthoritative, value); }
  void set_truncated(bool value) noexcept { set_flag(Header::kTruncated, value); }

  // Each adds one record of class IN. Sections must come in order: answer, authority, additional.
  void add_raw(Section section, const Name& owner, RRType type, std::uint32_t ttl_s,
               Bytes rdata) noexcept;
  void add_address(Section section, const Name& owner, std::uint32_t ttl_s,
                   const IpAddress& address) noexcept;  // A or AAAA
  void add_cname(Section section, const Name& owner, std::uint32_t ttl_s,
                 const Name& target) noexcept;
  void add_soa(Section section, const Name& owner, std::uint32_t ttl_s, const Soa& soa) noexcept;
  // Adds a record of another message: letter case kept, names inside rdata unpacked (RFC 3597,
  // section 4) and, where RFC 1035 allows it, packed again. An error means that the record is
  // malformed; nothing of it is written then.
  std::expected<void, ParseError> add_copy(const Record& record, std::uint32_t ttl_s) noexcept;

  // The same for an SVCB or HTTPS record that read_svcb takes, without one of its parameters.
  std::expected<void, ParseError> add_copy_without(const Record& record, std::uint32_t ttl_s,
                                                   SvcParamKey key) noexcept;

  // Ends the message without or with an OPT; its texts, then its errors, are left out if there is
  // no room for them beside header and question. Returns the message's size. Call it once.
  std::size_t finish() noexcept;
  std::size_t finish(const EdnsReply& edns) noexcept;

 private:
  struct RecordHead {
    RRType type;
    RRClass klass;
    std::uint32_t ttl_s;
  };

  void set_flag(std::uint16_t flag, bool value) noexcept;
  void begin_record(Section section, Bytes owner, const RecordHead& head) noexcept;
  void end_record() noexcept;
  void abandon_record() noexcept;
  template <typename WriteTail>
  std::expected<void, ParseError> add_edited(const Record& record, std::uint32_t ttl_s,
                                             WriteTail write_tail) noexcept;
  std::expected<void, ParseError> copy_names(WireReader& rdata, const RdataLayout& layout) noexcept;
  void make_room(std::size_t bytes) noexcept;
  std::size_t write_header() noexcept;

  MutableBytes buffer_;
  WireWriter out_;
  NameCompressor names_;
  std::size_t records_at_ = 0;               // where the first record starts
  std::array<std::size_t, 3> section_at_{};  // where each section starts, once it has begun
  std::array<std::uint16_t, 3> counts_{};
  Section section_ = Section::Answer;
  std::optional<Section> overflowed_in_;  // the first section that did not fit
  std::size_t record_at_ = 0;             // the open record, and where its data length stands
  std::size_t rdlength_at_ = 0;
  std::uint16_t id_;
  std::uint16_t flags_;
  Rcode rcode_;
};

}  // namespace haetae::wire
