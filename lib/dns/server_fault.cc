#include "dns/server_fault.h"

namespace haetae::dns {

bool is_about_certificate(ServerFault fault) noexcept {
  switch (fault) {
    case ServerFault::None:
    case ServerFault::Unreachable:
    case ServerFault::Silent:
    case ServerFault::HangsUp:
    case ServerFault::NotTls:
    case ServerFault::Malformed:
    case ServerFault::Refuses: return false;
    case ServerFault::CertificateExpired:
    case ServerFault::CertificateNotYetValid:
    case ServerFault::CertificateOfOther:
    case ServerFault::CertificateUntrusted:
    case ServerFault::CertificateSelfSigned:
    case ServerFault::CertificateWrongKey:
    case ServerFault::CertificateBad: return true;
  }
  return true;
}

std::string_view describe(ServerFault fault) noexcept {
  switch (fault) {
    case ServerFault::None: return "nothing is wrong";
    case ServerFault::Unreachable: return "no connection can be made";
    case ServerFault::Silent: return "it takes questions and does not answer them";
    case ServerFault::HangsUp: return "it closes the connection before it answers";
    case ServerFault::NotTls: return "it does not speak TLS 1.2 or later there";
    case ServerFault::Malformed: return "what it sends is not DNS";
    case ServerFault::Refuses: return "it refuses every question";
    case ServerFault::CertificateExpired: return "its certificate has expired";
    case ServerFault::CertificateNotYetValid: return "its certificate is not valid yet";
    case ServerFault::CertificateOfOther: return "its certificate is for another name";
    case ServerFault::CertificateUntrusted: return "nobody trusted has signed its certificate";
    case ServerFault::CertificateSelfSigned: return "it has signed its certificate itself";
    case ServerFault::CertificateWrongKey: return "its key is none of the pins";
    case ServerFault::CertificateBad: return "its certificate cannot be relied on";
  }
  return "";
}

std::string_view remedy(ServerFault fault) noexcept {
  switch (fault) {
    case ServerFault::None: return "";
    case ServerFault::Unreachable:
    case ServerFault::Silent:
    case ServerFault::HangsUp: return "is the internet up, and may this machine reach that port?";
    case ServerFault::NotTls:
    case ServerFault::Malformed: return "is the port right? DNS over TLS is on 853";
    case ServerFault::Refuses: return "it may serve its own customers only: name another server";
    case ServerFault::CertificateExpired:
    case ServerFault::CertificateNotYetValid:
      return "is this machine's clock right? If it is, name another server";
    case ServerFault::CertificateOfOther:
      return "compare the name after # in dns.upstream.servers with what the provider writes; if "
             "it is right, somebody is in between";
    case ServerFault::CertificateUntrusted:
      return "install ca-certificates, or name a house's own authority as dns.upstream.ca_file; "
             "else somebody is in between";
    case ServerFault::CertificateSelfSigned:
      return "for a server of your own write its pin; else somebody is in between";
    case ServerFault::CertificateWrongKey:
      return "the provider may have changed its key: compare the pins; else somebody is in "
             "between";
    case ServerFault::CertificateBad: return "name another server";
  }
  return "";
}

}  // namespace haetae::dns
