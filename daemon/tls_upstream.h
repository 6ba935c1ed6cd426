#pragma once

#include <boost/asio/io_context.hpp>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "daemon/upstream_settings.h"
#include "dns/upstream.h"
#include "dns/upstream_report.h"

namespace haetae::daemon {

// Forwarding over TLS (RFC 7858, RFC 8310) on the worker's own loop. One per worker; not shared
// between threads. Whom to ask and when is dns::Forwarder's business.
class TlsUpstream final : public dns::Upstream {
 public:
  struct Parts {
    boost::asio::io_context& io;
    OnAnswer on_answer;
    dns::UpstreamCounters& counters;
    std::shared_ptr<dns::UpstreamReport> report;
    dns::Upstream* plain = nullptr;  // asked while no server answers; null: nobody is
  };

  // servers: those over TLS. ca_file: as TlsContext::make(). Error: for a person.
  static std::expected<std::unique_ptr<TlsUpstream>, std::string> make(
      Parts parts, std::vector<config::UpstreamServer> servers,
      const std::filesystem::path& ca_file);
  ~TlsUpstream() override;

  bool resolve(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept override;
  // Questions without an answer yet; those asked in plain DNS are not among them.
  std::size_t in_flight() const noexcept;

 private:
  struct Impl;
  explicit TlsUpstream(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
