#include "wire/dns_writer.h"

#include <algorithm>

#include "base/assert.h"
#include "wire/dns_name.h"
#include "wire/rdata_layout.h"

namespace haetae::wire {
namespace {

constexpr std::size_t index_of(Section section) noexcept {
  return static_cast<std::size_t>(section);
}

}  // namespace

DnsWriter::DnsWriter(MutableBytes out, const Query& query, Rcode rcode) noexcept
    : buffer_(out.first(std::min(out.size(), kMessageBytesMax))),
      out_(buffer_),
      id_(query.id),
      flags_(Header::kResponse | Header::kRecursionAvailable),
      rcode_(rcode) {
  HAETAE_ASSERT(out.size() >= kUdpBytesMin);
  set_flag(Header::kRecursionDesired, query.recursion_desired);
  set_flag(Header::kCheckingDisabled, query.checking_disabled);
  out_.skip(kHeaderBytes);
  const Question& question = query.question;
  if (question.wire.empty()) {
    out_.bytes(question.name.wire());
    out_.u16(static_cast<std::uint16_t>(question.type));
    out_.u16(static_cast<std::uint16_t>(question.klass));
  } else {
    out_.bytes(question.wire);
  }
  names_.remember(question.name.wire(), kHeaderBytes);
  records_at_ = out_.offset();
  section_at_[index_of(Section::Answer)] = records_at_;
}

void DnsWriter::add_raw(Section section, const Name& owner, RRType type, std::uint32_t ttl_s,
                        Bytes rdata) noexcept {
  begin_record(section, owner.wire(), {type, RRClass::In, ttl_s});
  out_.bytes(rdata);
  end_record();
}

void DnsWriter::add_address(Section section, const Name& owner, std::uint32_t ttl_s,
                            const IpAddress& address) noexcept {
  add_raw(section, owner, address.is_v4() ? RRType::A : RRType::Aaaa, ttl_s, address.wire());
}

void DnsWriter::add_cname(Section section, const Name& owner, std::uint32_t ttl_s,
                          const Name& target) noexcept {
  begin_record(section, owner.wire(), {RRType::Cname, RRClass::In, ttl_s});
  names_.write(out_, target.wire());
  end_record();
}

void DnsWriter::add_soa(Section section, const Name& owner, std::uint32_t ttl_s,
                        const Soa& soa) noexcept {
  begin_record(section, owner.wire(), {RRType::Soa, RRClass::In, ttl_s});
  names_.write(out_, soa.primary.wire());
  names_.write(out_, soa.mailbox.wire());
  out_.u32(soa.serial);
  out_.u32(soa.refresh_s);
  out_.u32(soa.retry_s);
  out_.u32(soa.expire_s);
  out_.u32(soa.minimum_s);
  end_record();
}

std::expected<void, ParseError> DnsWriter::add_copy(const Record& record,
                                                    std::uint32_t ttl_s) noexcept {
  return add_edited(record, ttl_s, [](WireWriter& out, Bytes tail) { out.bytes(tail); });
}

std::expected<void, ParseError> DnsWriter::add_copy_without(const Record& record,
                                                            std::uint32_t ttl_s,
                                                            SvcParamKey key) noexcept {
  return add_edited(record, ttl_s, [key](WireWriter& out, Bytes tail) {
    SvcParamReader params(tail);
    for (SvcParam param; params.next(param);) {
      if (param.key == key) continue;
      out.u16(static_cast<std::uint16_t>(param.key));
      out.u16(static_cast<std::uint16_t>(param.value.size()));
      out.bytes(param.value);
    }
  });
}

template <typename WriteTail>
std::expected<void, ParseError> DnsWriter::add_edited(const Record& record, std::uint32_t ttl_s,
                                                      WriteTail write_tail) noexcept {
  WireReader in(record.message);
  in.seek(record.offset);
  CasedName owner;
  if (const auto read = read_cased_name(in, owner); !read) return read;
  begin_record(record.section, owner.wire(), {record.type, record.klass, ttl_s});
  in.seek(record.rdata_offset);
  WireReader rdata = in.sub(record.rdata.size());
  if (const auto copied = copy_names(rdata, rdata_layout(record.type)); !copied) {
    abandon_record();
    return copied;
  }
  write_tail(out_, rdata.rest());
  end_record();
  return {};
}

// Copies rdata up to its tail; the reader is left there.
std::expected<void, ParseError> DnsWriter::copy_names(WireReader& rdata,
                                                      const RdataLayout& layout) noexcept {
  out_.bytes(rdata.take(layout.prefix_bytes));
  for (int i = 0; i < layout.text_count; ++i) {
    const std::uint8_t size = rdata.u8();
    out_.u8(size);
    out_.bytes(rdata.take(size));
  }
  for (int i = 0; i < layout.name_count; ++i) {
    CasedName name;
    if (const auto read = read_cased_name(rdata, name); !read) return read;
    if (layout.pack) {
      names_.write(out_, name.wire());
    } else {
      out_.bytes(name.wire());
    }
  }
  const bool right_tail = layout.tail_bytes == RdataLayout::kAnyTail ||
                          rdata.left() == static_cast<std::size_t>(layout.tail_bytes);
  if (!rdata.ok() || !right_tail) return std::unexpected(ParseError::BadValue);
  return {};
}

std::size_t DnsWriter::finish() noexcept {
  make_room(0);
  // Without an OPT there is no place for the upper bits.
  if (static_cast<std::uint16_t>(rcode_) > Header::kRcodeMask) rcode_ = Rcode::ServFail;
  return write_header();
}

std::size_t DnsWriter::finish(const EdnsReply& edns) noexcept {
  make_room(edns_bytes(edns, EdnsDetail::NoErrors));
  const EdnsDetail detail = detail_that_fits(edns, out_.left());
  // RFC 8914, section 3: errors go before data does, and TC says that something went.
  if (detail == EdnsDetail::NoErrors && !edns.errors.empty()) set_truncated(true);
  write_edns(out_, edns, detail, rcode_);
  ++counts_[index_of(Section::Additional)];
  return write_header();
}

void DnsWriter::set_flag(std::uint16_t flag, bool value) noexcept {
  flags_ = static_cast<std::uint16_t>(value ? flags_ | flag : flags_ & ~flag);
}

void DnsWriter::begin_record(Section section, Bytes owner, const RecordHead& head) noexcept {
  HAETAE_ASSERT(section >= section_);
  while (section_ < section) {
    section_ = static_cast<Section>(index_of(section_) + 1);
    section_at_[index_of(section_)] = out_.offset();
  }
  record_at_ = out_.offset();
  names_.write(out_, owner);
  out_.u16(static_cast<std::uint16_t>(head.type));
  out_.u16(static_cast<std::uint16_t>(head.klass));
  out_.u32(head.ttl_s);
  rdlength_at_ = out_.offset();
  out_.u16(0);
}

void DnsWriter::end_record() noexcept {
  if (!out_.ok()) {
    if (!overflowed_in_) overflowed_in_ = section_;
    return;
  }
  out_.patch_u16(rdlength_at_, static_cast<std::uint16_t>(out_.offset() - rdlength_at_ - 2));
  ++counts_[index_of(section_)];
}

void DnsWriter::abandon_record() noexcept {
  const bool had_room = out_.ok();
  out_.rewind(record_at_);
  names_.forget_from(record_at_);
  if (!had_room) out_.fail();
}

// Makes sure that `bytes` more fit: by dropping the additional section, else every record.
void DnsWriter::make_room(std::size_t bytes) noexcept {
  const auto fits = [this, bytes] { return out_.ok() && out_.left() >= bytes; };
  if (fits()) return;
  if (section_ == Section::Additional && overflowed_in_.value_or(section_) == section_) {
    out_.rewind(section_at_[index_of(section_)]);
    counts_[index_of(section_)] = 0;
    if (fits()) return;
  }
  out_.rewind(records_at_);
  counts_.fill(0);
  set_truncated(true);
}

std::size_t DnsWriter::write_header() noexcept {
  const unsigned rcode_low = static_cast<unsigned>(rcode_) & Header::kRcodeMask;
  WireWriter header(buffer_);
  header.u16(id_);
  header.u16(static_cast<std::uint16_t>(flags_ | rcode_low));
  header.u16(1);
  for (const std::uint16_t count : counts_) header.u16(count);
  return out_.offset();
}

}  // namespace haetae::wire
