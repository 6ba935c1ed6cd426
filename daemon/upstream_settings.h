#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "config/config.h"
#include "dns/upstream.h"

namespace haetae::daemon {

// How to resolve; a change of any of it needs a new upstream.
struct UpstreamSettings {
  config::UpstreamMode mode = config::UpstreamMode::Forward;
  std::vector<config::UpstreamServer> servers;  // forward mode
  bool plain_fallback = false;                  // the plain ones among them, while TLS fails
  std::filesystem::path ca_file;                // empty: this system's authorities
  bool validate = true;                         // recurse mode: DNSSEC
  // DS or DNSKEY records of the root (or of a test's zone)
  std::filesystem::path trust_anchor_file;
  // Zones asked at a server of their own, the root included: for closed networks and tests.
  std::vector<config::StubZone> stubs;
  friend bool operator==(const UpstreamSettings&, const UpstreamSettings&) = default;
};

UpstreamSettings upstream_settings_of(const config::Config& config);

// Where the answer to a question goes, on the worker's thread.
using OnAnswer = std::function<void(std::uint64_t token, const dns::UpstreamAnswer& answer)>;

}  // namespace haetae::daemon
