#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "daemon/upstream_settings.h"
#include "dns/upstream.h"

namespace haetae::daemon {

// What one context asks.
struct UnboundSettings {
  config::UpstreamMode mode = config::UpstreamMode::Forward;
  // Forward mode: none means that only the stubs are asked, and names outside them fail.
  std::vector<config::UpstreamServer> servers;
  bool validate = true;                     // recurse mode: DNSSEC
  std::filesystem::path trust_anchor_file;  // as in UpstreamSettings
  std::vector<config::StubZone> stubs;
};

// Resolving by libunbound's event API on the worker's own loop. One per worker; not shared between
// threads. Holds every fact of docs/UNBOUND.md.
class UnboundUpstream final : public dns::Upstream {
 public:
  // Error: what libunbound refused, for a person.
  static std::expected<std::unique_ptr<UnboundUpstream>, std::string> make(
      boost::asio::io_context& io, const UnboundSettings& settings, OnAnswer on_answer);
  ~UnboundUpstream() override;

  // on_answer may be called before this returns (names that libunbound knows by itself).
  bool resolve(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept override;

  // Questions without an answer yet. A context is deleted only when there are none, since deleting
  // it fails them all.
  std::size_t in_flight() const noexcept;

 private:
  struct Impl;
  UnboundUpstream(boost::asio::io_context& io, UnboundSettings settings, OnAnswer on_answer);
  std::expected<std::unique_ptr<Impl>, std::string> make_context(bool validate) const;
  // What may answer questions that set the clock.
  Impl& unvalidated() noexcept;

  boost::asio::io_context& io_;
  UnboundSettings settings_;
  OnAnswer on_answer_;
  std::unique_ptr<Impl> impl_;
  std::unique_ptr<Impl> unvalidated_;  // made when it is needed: on boards without a clock
};

}  // namespace haetae::daemon
