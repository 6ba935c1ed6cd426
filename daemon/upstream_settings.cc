#include "daemon/upstream_settings.h"

namespace haetae::daemon {

UpstreamSettings upstream_settings_of(const config::Config& config) {
  UpstreamSettings settings;
  settings.mode = config.dns.upstream_mode;
  settings.servers = config.dns.upstream_servers;
  settings.plain_fallback = config.dns.plain_fallback;
  settings.ca_file = config.dns.upstream_ca_file;
  // Forwarders are often blind to DNSSEC, and a blind one makes every signed name bogus: only our
  // own recursion validates.
  settings.validate = config.dns.dnssec && settings.mode == config::UpstreamMode::Recurse;
  if (settings.validate) settings.trust_anchor_file = config.dns.trust_anchor;
  settings.stubs = config.dns.stub_zones;
  return settings;
}

}  // namespace haetae::daemon
