#include "daemon/tls_context.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <system_error>

#include "base/limits.h"

namespace haetae::daemon {
namespace {

using dns::ServerFault;

constexpr unsigned char kAlpn[] = {3, 'd', 'o', 't'};  // RFC 7858 and the IANA registry

TlsServer& server_of(const SSL* tls) {
  return *static_cast<TlsServer*>(SSL_get_app_data(tls));
}

std::string openssl_reason() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(error);
  return reason == nullptr ? "it cannot be read" : reason;
}

// The pin of a certificate's key (RFC 7858, section 4.2).
std::optional<config::KeyPin> pin_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return std::nullopt;
  config::KeyPin pin;
  SHA256(der, static_cast<std::size_t>(size), pin.data());
  OPENSSL_free(der);
  return pin;
}

bool is_pinned(const config::UpstreamServer& server, const X509* certificate) {
  const auto pin = pin_of(certificate);
  return pin && std::ranges::find(server.pins, *pin) != server.pins.end();
}

bool is_any_pinned(const config::UpstreamServer& server, const STACK_OF(X509) * chain) {
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    if (is_pinned(server, sk_X509_value(chain, i))) return true;
  }
  return false;
}

// RFC 8310, section 8: by name and authorities, by pins, or by both where both are written. A pin
// alone vouches for the server's own key, whatever else its certificate says.
int verify(X509_STORE_CTX* store, void* /*unused*/) {
  const void* const tls = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  const config::UpstreamServer& server = server_of(static_cast<const SSL*>(tls)).config();
  const bool by_pin_alone = server.tls_name.empty() && !server.pins.empty();
  if (!by_pin_alone && X509_verify_cert(store) != 1) return 0;
  const bool is_right =
      by_pin_alone ? is_pinned(server, X509_STORE_CTX_get0_cert(store))
                   : server.pins.empty() || is_any_pinned(server, X509_STORE_CTX_get0_chain(store));
  X509_STORE_CTX_set_error(store, is_right ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return is_right ? 1 : 0;
}

// Called when the server hands out a ticket; it has been verified by then.
int take_up_ticket(SSL* tls, SSL_SESSION* session) {
  server_of(tls).keep_ticket(session);
  return 1;  // it is ours now
}

std::expected<void, std::string> trust(SSL_CTX& context, const std::filesystem::path& ca_file) {
  if (!ca_file.empty()) {
    if (SSL_CTX_load_verify_file(&context, ca_file.c_str()) == 1) return {};
    return std::unexpected(fmt::format(
        "dns.upstream.ca_file {} cannot be used: {}; name a file of certificates in PEM form",
        ca_file.string(), openssl_reason()));
  }
  // The folder, not the one large file: each authority is read when a server needs it.
  const char* folder = std::getenv(X509_get_default_cert_dir_env());
  if (folder == nullptr) folder = X509_get_default_cert_dir();
  std::error_code error;
  const bool is_there = !std::filesystem::is_empty(folder, error) && !error;
  if (is_there && SSL_CTX_set_default_verify_dir(&context) == 1) return {};
  return std::unexpected(
      fmt::format("servers are to be asked over TLS, and {} holds no authority to trust; install "
                  "ca-certificates, or name dns.upstream.ca_file",
                  folder));
}

ServerFault certificate_fault(long verify_result) {
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return ServerFault::CertificateExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return ServerFault::CertificateNotYetValid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return ServerFault::CertificateOfOther;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return ServerFault::CertificateSelfSigned;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return ServerFault::CertificateUntrusted;
    case X509_V_ERR_APPLICATION_VERIFICATION: return ServerFault::CertificateWrongKey;
    default: return ServerFault::CertificateBad;
  }
}

}  // namespace

void TlsServer::keep_ticket(SSL_SESSION* session) {
  if (tickets_.size() == limits::kTlsTicketsMax) tickets_.erase(tickets_.begin());
  tickets_.emplace_back(session);
}

std::unique_ptr<SSL_SESSION, FreeTls> TlsServer::take_ticket() {
  // A connection that broke takes its last ticket with it.
  while (!tickets_.empty() && SSL_SESSION_is_resumable(tickets_.back().get()) == 0) {
    tickets_.pop_back();
  }
  if (tickets_.empty()) return nullptr;
  if (SSL_SESSION_get_protocol_version(tickets_.back().get()) < TLS1_3_VERSION) {
    SSL_SESSION_up_ref(tickets_.back().get());
    return std::unique_ptr<SSL_SESSION, FreeTls>(tickets_.back().get());
  }
  auto newest = std::move(tickets_.back());
  tickets_.pop_back();
  return newest;
}

std::expected<TlsContext, std::string> TlsContext::make(const std::filesystem::path& ca_file) {
  TlsContext made;
  made.context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = made.context_.get();
  if (context == nullptr) return std::unexpected("OpenSSL cannot make a context");
  if (auto trusted = trust(*context, ca_file); !trusted) return std::unexpected(trusted.error());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // An end without goodbye is usual, and half a message is none, whoever cut it.
  SSL_CTX_set_options(
      context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // A whole record is read by one call, and what a full socket did not take is written again from
  // wherever it stands by then.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, take_up_ticket);
  if (SSL_CTX_set_alpn_protos(context, kAlpn, sizeof kAlpn) != 0) {
    return std::unexpected("OpenSSL refuses ALPN");
  }
  return made;
}

TlsHandle TlsContext::connect(TlsServer& server, int socket) const {
  TlsHandle tls(SSL_new(context_.get()));
  if (tls == nullptr || SSL_set_fd(tls.get(), socket) != 1) return nullptr;
  SSL_set_app_data(tls.get(), &server);
  SSL_set_connect_state(tls.get());
  const config::UpstreamServer& wanted = server.config();
  X509_VERIFY_PARAM* const checks = SSL_get0_param(tls.get());
  X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (wanted.tls_name.empty()) {
    const Bytes address = wanted.address.wire();
    X509_VERIFY_PARAM_set1_ip(checks, address.data(), address.size());
  } else {
    X509_VERIFY_PARAM_set1_host(checks, wanted.tls_name.c_str(), wanted.tls_name.size());
    SSL_set_tlsext_host_name(tls.get(), wanted.tls_name.c_str());
  }
  if (const auto ticket = server.take_ticket()) SSL_set_session(tls.get(), ticket.get());
  return tls;
}

ServerFault tls_fault(const SSL& tls, int result) {
  const int kind = SSL_get_error(&tls, result);
  ERR_clear_error();
  const long verified = SSL_get_verify_result(&tls);
  if (verified != X509_V_OK && !SSL_is_init_finished(&tls)) return certificate_fault(verified);
  if (kind == SSL_ERROR_ZERO_RETURN) return ServerFault::HangsUp;
  return kind == SSL_ERROR_SYSCALL ? ServerFault::Unreachable : ServerFault::NotTls;
}

}  // namespace haetae::daemon
