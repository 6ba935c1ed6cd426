// Names from text, from the wire and as people type them: what is taken must come back the same.
#include <string>

#include "base/assert.h"
#include "base/idn.h"
#include "base/name.h"
#include "wire/dns_name.h"

using haetae::Bytes;
using haetae::Name;

namespace {

void check(const Name& name) {
  HAETAE_ASSERT(name.wire().size() <= haetae::limits::kNameBytesMax);
  HAETAE_ASSERT(Name::from_wire(name.wire()) == name);
  HAETAE_ASSERT(Name::from_text(name.to_text()) == name);
  HAETAE_ASSERT(name.suffix(name.label_count()).is_root());
  for (std::size_t i = 0; i < name.label_count(); ++i) {
    HAETAE_ASSERT(!name.label(i).empty());
    HAETAE_ASSERT(name.is_under(name.suffix(i)));
  }
  static_cast<void>(name.is_hostname());
  HAETAE_ASSERT(!haetae::to_user_text(name).empty());
}

// The wire layer's own reader must agree with Name where there are no pointers.
void check_wire(Bytes wire) {
  const auto plain = Name::from_wire(wire);
  if (plain) check(*plain);
  haetae::wire::WireReader in(wire);
  const auto read = haetae::wire::read_name(in);
  if (plain) HAETAE_ASSERT(read == *plain && in.offset() == plain->wire().size());
  if (read) check(*read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  check_wire(bytes);
  if (const auto name = Name::from_text(haetae::as_text(bytes))) check(*name);
  if (const auto name = haetae::name_from_user_text(haetae::as_text(bytes))) {
    check(*name);
    // What a person reads of it must be the same name when typed again.
    const auto again = haetae::name_from_user_text(haetae::to_user_text(*name));
    if (name->is_hostname() && again) HAETAE_ASSERT(*again == *name);
  }
  return 0;
}
