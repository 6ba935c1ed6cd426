// A configuration file of any content: it is read or refused, never worse.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "config/load.h"

namespace {

using namespace haetae;

// Enough rules for ids, age bands and hints to be looked up.
const config::Rules& rules() {
  static const config::Rules made = [] {
    config::Rules out;
    out.categories.resize(3);
    out.categories[0] = {
        .id = "adult", .aliases = {"porn"}, .parent = {}, .child = {}, .blocked_ages = {"7-9"}};
    out.categories[1] = {
        .id = "gambling", .aliases = {}, .parent = {}, .child = {}, .blocked_ages = {}};
    out.categories[2] = {.id = "bypass",
                         .aliases = {},
                         .kind = policy::CategoryKind::Bypass,
                         .parent = {},
                         .child = {},
                         .blocked_ages = {"7-9"}};
    out.services.resize(2);
    out.services[0].id = "youtube";
    out.services[1].id = "tiktok";
    out.ages.resize(2);
    out.ages[0].id = "7-9";
    out.ages[0].first_year = 7;
    out.ages[0].last_year = 9;
    out.ages[1].id = "adult";
    return out;
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  config::Faults warnings;
  const auto config =
      config::load_text(as_text({data, size}), "/nonexistent/fuzz.yaml", rules(), &warnings);
  if (config) {
    // What the rest of the program relies on.
    HAETAE_ASSERT(!config->profiles.empty() && !config->default_profile.empty());
    HAETAE_ASSERT(!config->dns.listen.empty());
    return 0;
  }
  HAETAE_ASSERT(!config.error().empty());
  for (const config::Fault& fault : config.error()) {
    HAETAE_ASSERT(!fault.message.empty() && !config::to_text(fault).empty());
  }
  return 0;
}
