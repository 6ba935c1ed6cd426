#include "wire/rdata_layout.h"

namespace haetae::wire {

RdataLayout rdata_layout(RRType type) noexcept {
  switch (type) {
    case RRType::A: return {.prefix_bytes = 4, .tail_bytes = 0};
    case RRType::Aaaa: return {.prefix_bytes = 16, .tail_bytes = 0};
    case RRType::Ns:
    case RRType::Md:
    case RRType::Mf:
    case RRType::Cname:
    case RRType::Mb:
    case RRType::Mg:
    case RRType::Mr:
    case RRType::Ptr: return {.name_count = 1, .tail_bytes = 0, .pack = true};
    case RRType::Minfo: return {.name_count = 2, .tail_bytes = 0, .pack = true};
    case RRType::Soa: return {.name_count = 2, .tail_bytes = 20, .pack = true};
    case RRType::Mx: return {.prefix_bytes = 2, .name_count = 1, .tail_bytes = 0, .pack = true};
    case RRType::Dname: return {.name_count = 1, .tail_bytes = 0};
    case RRType::Rp: return {.name_count = 2, .tail_bytes = 0};
    case RRType::Afsdb:
    case RRType::Rt:
    case RRType::Kx: return {.prefix_bytes = 2, .name_count = 1, .tail_bytes = 0};
    case RRType::Px: return {.prefix_bytes = 2, .name_count = 2, .tail_bytes = 0};
    case RRType::Srv: return {.prefix_bytes = 6, .name_count = 1, .tail_bytes = 0};
    case RRType::Naptr:
      return {.prefix_bytes = 4, .text_count = 3, .name_count = 1, .tail_bytes = 0};
    case RRType::Nxt:
    case RRType::Nsec: return {.name_count = 1};
    case RRType::Sig:
    case RRType::Rrsig: return {.prefix_bytes = 18, .name_count = 1};
    case RRType::Svcb:
    case RRType::Https: return {.prefix_bytes = 2, .name_count = 1};
    case RRType::Null:
    case RRType::Wks:
    case RRType::Hinfo:
    case RRType::Txt:
    case RRType::Opt:
    case RRType::Ds:
    case RRType::Dnskey:
    case RRType::Nsec3:
    case RRType::Nsec3Param:
    case RRType::Tlsa:
    case RRType::Tkey:
    case RRType::Tsig:
    case RRType::Ixfr:
    case RRType::Axfr:
    case RRType::Any: return {};
  }
  return {};  // a type without a name here
}

}  // namespace haetae::wire
