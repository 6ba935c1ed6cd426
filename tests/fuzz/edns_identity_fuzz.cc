// The options by which forwarders name clients: the first octet picks one, the rest is its value.
#include "base/assert.h"
#include "base/limits.h"
#include "wire/edns_identity.h"

using namespace haetae;
using namespace haetae::wire;

namespace {

void check_device(Bytes device) {
  HAETAE_ASSERT(device.size() == kUmbrellaDeviceBytes);
  const auto text = umbrella_device_text(device.first<kUmbrellaDeviceBytes>());
  HAETAE_ASSERT(text.size() == 2 * device.size());
}

void check_mac(const std::expected<MacAddress, ParseError>& mac) {
  if (mac) HAETAE_ASSERT(MacAddress::from_text(mac->to_text()) == *mac);
}

void check_ident(Bytes value) {
  const auto ident = parse_umbrella_ident_option(value);
  if (!ident) return;
  if (ident->address) HAETAE_ASSERT(IpAddress::from_text(ident->address->to_text()));
  if (!ident->device.empty()) check_device(ident->device);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes value(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0: check_mac(parse_mac_option(value)); break;
    case 1: check_mac(parse_mac_text_option(value)); break;
    case 2:
      if (const auto id = parse_cpe_id_option(value)) {
        HAETAE_ASSERT(!id->empty() && id->size() <= limits::kClientIdBytesMax);
      }
      break;
    case 3:
      if (const auto device = parse_umbrella_device_option(value)) check_device(*device);
      break;
    default: check_ident(value); break;
  }
  return 0;
}
