#include "wire/dns_types.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace haetae::wire {
namespace {

struct TypeName {
  RRType type;
  std::string_view text;
};

constexpr TypeName kTypeNames[] = {
    {RRType::A, "A"},         {RRType::Aaaa, "AAAA"},     {RRType::Https, "HTTPS"},
    {RRType::Cname, "CNAME"}, {RRType::Ptr, "PTR"},       {RRType::Mx, "MX"},
    {RRType::Txt, "TXT"},     {RRType::Ns, "NS"},         {RRType::Soa, "SOA"},
    {RRType::Srv, "SRV"},     {RRType::Svcb, "SVCB"},     {RRType::Any, "ANY"},
    {RRType::Ds, "DS"},       {RRType::Dnskey, "DNSKEY"}, {RRType::Rrsig, "RRSIG"},
    {RRType::Nsec, "NSEC"},   {RRType::Nsec3, "NSEC3"},   {RRType::Nsec3Param, "NSEC3PARAM"},
    {RRType::Naptr, "NAPTR"}, {RRType::Dname, "DNAME"},   {RRType::Tlsa, "TLSA"},
    {RRType::Md, "MD"},       {RRType::Mf, "MF"},         {RRType::Mb, "MB"},
    {RRType::Mg, "MG"},       {RRType::Mr, "MR"},         {RRType::Null, "NULL"},
    {RRType::Wks, "WKS"},     {RRType::Hinfo, "HINFO"},   {RRType::Minfo, "MINFO"},
    {RRType::Rp, "RP"},       {RRType::Afsdb, "AFSDB"},   {RRType::Rt, "RT"},
    {RRType::Sig, "SIG"},     {RRType::Px, "PX"},         {RRType::Nxt, "NXT"},
    {RRType::Kx, "KX"},       {RRType::Opt, "OPT"},       {RRType::Tkey, "TKEY"},
    {RRType::Tsig, "TSIG"},   {RRType::Ixfr, "IXFR"},     {RRType::Axfr, "AXFR"},
};
constexpr std::string_view kUnknownPrefix = "TYPE";

bool same_letters(std::string_view a, std::string_view b) noexcept {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  return std::ranges::equal(a, b, {}, upper, upper);
}

}  // namespace

std::optional<RRType> type_from_text(std::string_view text) noexcept {
  const auto* const known = std::ranges::find_if(
      kTypeNames, [text](const TypeName& row) { return same_letters(row.text, text); });
  if (known != std::end(kTypeNames)) return known->type;
  if (!same_letters(text.substr(0, kUnknownPrefix.size()), kUnknownPrefix)) return std::nullopt;
  const char* const first = text.data() + kUnknownPrefix.size();
  const char* const last = text.data() + text.size();
  std::uint16_t number = 0;
  const auto [end, fault] = std::from_chars(first, last, number);
  if (fault != std::errc{} || end != last) return std::nullopt;
  return static_cast<RRType>(number);
}

std::string_view write_type_text(RRType type, char (&out)[kTypeTextBytesMax]) noexcept {
  const auto* const known = std::ranges::find(kTypeNames, type, &TypeName::type);
  if (known != std::end(kTypeNames)) return known->text;
  std::memcpy(out, kUnknownPrefix.data(), kUnknownPrefix.size());
  const auto [end, fault] = std::to_chars(out + kUnknownPrefix.size(), out + kTypeTextBytesMax,
                                          static_cast<std::uint16_t>(type));
  return {out, static_cast<std::size_t>(end - out)};
}

}  // namespace haetae::wire
