#include "dns/claims.h"

#include "wire/edns.h"
#include "wire/edns_identity.h"

namespace haetae::dns {
namespace {

using config::PeerSends;

std::optional<PeerSends> kind_of(wire::EdnsOptionCode code) noexcept {
  switch (code) {
    case wire::EdnsOptionCode::Mac: return PeerSends::Mac;
    case wire::EdnsOptionCode::MacText: return PeerSends::MacText;
    case wire::EdnsOptionCode::CpeId: return PeerSends::CpeId;
    case wire::EdnsOptionCode::UmbrellaIdent: return PeerSends::Umbrella;
    case wire::EdnsOptionCode::UmbrellaDevice: return PeerSends::UmbrellaDevice;
    default: return std::nullopt;  // the values come from the network, most have no name here
  }
}

// The value of each kind of option.
class Values {
 public:
  // False if there was one already; then there is none.
  bool add(PeerSends kind, Bytes value) noexcept {
    Slot& slot = slots_[static_cast<std::size_t>(kind)];
    slot.value = value;
    return ++slot.count == 1;
  }
  std::optional<Bytes> of(PeerSends kind) const noexcept {
    const Slot& slot = slots_[static_cast<std::size_t>(kind)];
    return slot.count == 1 ? std::optional(slot.value) : std::nullopt;
  }

 private:
  struct Slot {
    Bytes value;
    std::size_t count = 0;
  };
  std::array<Slot, config::kPeerSendsCount> slots_;
};

void set_device(Bytes device, Claims& claims) noexcept {
  const auto text = wire::umbrella_device_text(device.first<wire::kUmbrellaDeviceBytes>());
  claims.id.set({text.data(), text.size()});
}

// Takes up what one value says; false if it says nothing. Called with the stronger kinds last.
bool take_up(PeerSends kind, Bytes value, Claims& claims) noexcept {
  switch (kind) {
    case PeerSends::Proxy: return false;  // no option
    case PeerSends::Mac:
    case PeerSends::MacText: {
      const auto mac = kind == PeerSends::Mac ? wire::parse_mac_option(value)
                                              : wire::parse_mac_text_option(value);
      if (mac) claims.mac = *mac;
      return mac.has_value();
    }
    case PeerSends::CpeId: {
      const auto id = wire::parse_cpe_id_option(value);
      if (id) claims.id.set(*id);
      return id.has_value();
    }
    case PeerSends::Umbrella: {
      const auto ident = wire::parse_umbrella_ident_option(value);
      if (!ident) return false;
      if (ident->address) claims.address = ident->address;
      if (!ident->device.empty()) set_device(ident->device, claims);
      return true;
    }
    case PeerSends::UmbrellaDevice: {
      const auto device = wire::parse_umbrella_device_option(value);
      if (device) set_device(*device, claims);
      return device.has_value();
    }
  }
  return false;
}

}  // namespace

ReadClaims read_claims(Bytes options, PeerTrust trust) noexcept {
  ReadClaims read;
  Values values;
  wire::EdnsOptionReader in(options);
  for (wire::EdnsOption option; in.next(option);) {
    const auto kind = kind_of(option.code);
    if (!kind) continue;
    if (!trust.has(*kind)) {
      read.ignored = true;
    } else if (!values.add(*kind, option.value)) {
      read.malformed = true;
    }
  }
  constexpr PeerSends kWeakestFirst[] = {PeerSends::MacText, PeerSends::Mac, PeerSends::CpeId,
                                         PeerSends::Umbrella, PeerSends::UmbrellaDevice};
  for (const PeerSends kind : kWeakestFirst) {
    const auto value = values.of(kind);
    if (value && !take_up(kind, *value, read.claims)) read.malformed = true;
  }
  return read;
}

}  // namespace haetae::dns
