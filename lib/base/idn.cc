#include "base/idn.h"

#include <unicode/idna.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace haetae {
namespace {

const icu::IDNA* idna() {
  static const std::unique_ptr<icu::IDNA> instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::IDNA>(icu::IDNA::createUTS46Instance(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
            UIDNA_NONTRANSITIONAL_TO_UNICODE,
        status));
  }();
  return instance.get();
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

std::expected<Name, std::string> named(std::string_view ascii) {
  const auto name = Name::from_text(ascii);
  if (!name) return std::unexpected(std::string(describe(name.error())));
  return *name;
}

}  // namespace

std::expected<Name, std::string> name_from_user_text(std::string_view text) {
  if (is_ascii(text)) return named(text);
  if (idna() == nullptr) return std::unexpected("names in other scripts cannot be read here");
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  UErrorCode status = U_ZERO_ERROR;
  idna()->nameToASCII_UTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink,
                           info, status);
  if (U_FAILURE(status) || info.hasErrors()) {
    return std::unexpected("this is not a valid international domain name");
  }
  return named(ascii);
}

std::string to_user_text(const Name& name) {
  const std::string ascii = name.to_text();
  if (ascii.find("xn--") == std::string::npos || idna() == nullptr) return ascii;
  std::string unicode;
  icu::StringByteSink<std::string> sink(&unicode);
  icu::IDNAInfo info;
  UErrorCode status = U_ZERO_ERROR;
  idna()->nameToUnicodeUTF8(ascii, sink, info, status);
  return U_FAILURE(status) || info.hasErrors() ? ascii : unicode;
}

}  // namespace haetae
