#include "wire/dns_targets.h"

namespace haetae::wire {
namespace {

// What a DNAME makes of a name below its owner: the labels in front of the owner, then the target.
// Nothing if that is too long to be a name: then there is no such name to be led to.
std::optional<Name> substituted(const Name& name, const Name& owner, const Name& target) noexcept {
  Name made;
  const std::size_t kept = name.label_count() - owner.label_count();
  for (std::size_t i = 0; i < kept; ++i) {
    if (!made.append_label(name.label(i))) return std::nullopt;
  }
  for (std::size_t i = 0; i < target.label_count(); ++i) {
    if (!made.append_label(target.label(i))) return std::nullopt;
  }
  return made;
}

}  // namespace

TargetReader::TargetReader(Bytes message, const Name& asked) noexcept
    : reader_(message), last_(asked) {}

bool TargetReader::next(Target& out) noexcept {
  if (malformed_) return false;
  if (in_service_ && read_hint(out)) return true;
  while (reader_.next(record_)) {
    if (record_.section != Section::Answer) return false;
    out.record = record_count_++;
    out.on_chain = record_.owner == last_;
    if (read(out)) return true;
    if (malformed_) return false;
  }
  return false;
}

// False: the record tells nothing, or is malformed.
bool TargetReader::read(Target& out) noexcept {
  switch (record_.type) {
    case RRType::Cname: return read_cname(out);
    case RRType::Dname: return read_dname(out);
    case RRType::A:
    case RRType::Aaaa: {
      const auto address = read_address(record_);
      if (!address) return stop();
      out.kind = Target::Kind::Address;
      out.address = *address;
      return true;
    }
    case RRType::Svcb:
    case RRType::Https: return read_service(out);
    default: return false;  // the types come from the network, most have no name here
  }
}

bool TargetReader::read_cname(Target& out) noexcept {
  const auto target = read_target(record_);
  if (!target) return stop();
  out.kind = Target::Kind::ChainName;
  out.name = *target;
  if (out.on_chain) last_ = *target;
  return true;
}

// The CNAME that servers make of it stands behind it and tells the same; a client may follow the
// DNAME alone.
bool TargetReader::read_dname(Target& out) noexcept {
  const auto target = read_target(record_);
  if (!target) return stop();
  out.kind = Target::Kind::ChainName;
  out.name = *target;
  if (out.on_chain || !last_.is_under(record_.owner)) return true;  // asked for by itself
  const auto made = substituted(last_, record_.owner, *target);
  if (!made) return false;
  out.name = *made;
  return true;
}

bool TargetReader::read_service(Target& out) noexcept {
  const auto service = read_svcb(record_);
  if (!service) return stop();
  params_ = SvcParamReader(service->params);
  hint_ = {};
  hints_told_ = 0;
  in_service_ = true;
  if (service->target.is_root()) return read_hint(out);
  out.kind = Target::Kind::ServiceName;
  out.name = service->target;
  return true;
}

// The next hint of the service's record; out.record and out.on_chain are those of the record.
bool TargetReader::read_hint(Target& out) noexcept {
  for (;;) {
    if (const auto address = svc_hint_address(hint_, hints_told_)) {
      ++hints_told_;
      out.kind = Target::Kind::Hint;
      out.address = *address;
      out.record = static_cast<std::uint16_t>(record_count_ - 1);
      out.on_chain = record_.owner == last_;
      return true;
    }
    if (!params_.next(hint_)) break;
    hints_told_ = 0;
  }
  in_service_ = false;
  return false;
}

bool TargetReader::stop() noexcept {
  malformed_ = true;
  return false;
}

}  // namespace haetae::wire
