#pragma once

#include <openssl/ssl.h>

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "dns/server_fault.h"

namespace haetae::daemon {

struct FreeTls {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* tls) const noexcept { SSL_free(tls); }
  void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using TlsHandle = std::unique_ptr<SSL, FreeTls>;

// One server as our TLS connections see it: how it proves who it is, and the tickets by which it
// knows us again (RFC 8446, section 2.2). Outlives its connections.
class TlsServer {
 public:
  explicit TlsServer(config::UpstreamServer server) : server_(std::move(server)) {}
  const config::UpstreamServer& config() const noexcept { return server_; }

  void keep_ticket(SSL_SESSION* session);
  // The newest, if there is one. A ticket of TLS 1.3 is used once, or it would tell that two
  // connections are of one client (RFC 8446, appendix C.4).
  std::unique_ptr<SSL_SESSION, FreeTls> take_ticket();

 private:
  config::UpstreamServer server_;
  std::vector<std::unique_ptr<SSL_SESSION, FreeTls>> tickets_;
};

// What all connections of one worker share: TLS 1.2 or later, ALPN "dot", and whom we trust.
class TlsContext {
 public:
  // ca_file: who may vouch for servers; empty: this system's authorities. Error: what is wrong with
  // the file, for a person.
  static std::expected<TlsContext, std::string> make(const std::filesystem::path& ca_file);

  // The client's end of a connection to the server; certificate and pins are checked in the
  // handshake (RFC 8310, section 8).
  TlsHandle connect(TlsServer& server, int socket) const;

 private:
  std::unique_ptr<SSL_CTX, FreeTls> context_;
};

// Why a call on the connection failed; the thread's error queue is emptied.
// result: what the call returned, which SSL_get_error() says is no wish to wait.
dns::ServerFault tls_fault(const SSL& tls, int result);

}  // namespace haetae::daemon
