#include "content/transcoder.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include <array>

#include "base/assert.h"

namespace haetae::content {
namespace {

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

// What ICU calls the encodings as browsers read them, which is not always what ICU means by the
// same label.
const char* name_in_icu(Charset charset) noexcept {
  switch (charset) {
    case Charset::Utf8: return "UTF-8";
    case Charset::Utf16Le: return "UTF-16LE";
    case Charset::Utf16Be: return "UTF-16BE";
    case Charset::Cp949: return "windows-949-2000";
    case Charset::Iso2022Kr: return "ISO-2022-KR";
    case Charset::ShiftJis: return "ibm-943_P15A-2003";
    case Charset::EucJp: return "euc-jp-2007";
    case Charset::Iso2022Jp: return "ISO-2022-JP";
    case Charset::Gb18030: return "gb18030";
    case Charset::Big5: return "ibm-1375_P100-2008";
    case Charset::Windows1250: return "windows-1250";
    case Charset::Windows1251: return "windows-1251";
    case Charset::Windows1252: return "windows-1252";
    case Charset::Windows1253: return "windows-1253";
    case Charset::Windows1254: return "windows-1254";
    case Charset::Windows1255: return "windows-1255";
    case Charset::Windows1256: return "windows-1256";
    case Charset::Windows1257: return "windows-1257";
    case Charset::Windows1258: return "windows-1258";
    case Charset::Windows874: return "windows-874-2000";
    case Charset::Iso8859_2: return "ISO-8859-2";
    case Charset::Iso8859_3: return "ISO-8859-3";
    case Charset::Iso8859_4: return "ISO-8859-4";
    case Charset::Iso8859_5: return "ISO-8859-5";
    case Charset::Iso8859_6: return "ISO-8859-6";
    case Charset::Iso8859_7: return "ISO-8859-7";
    case Charset::Iso8859_8: return "ISO-8859-8";
    case Charset::Iso8859_10: return "ISO-8859-10";
    case Charset::Iso8859_13: return "ISO-8859-13";
    case Charset::Iso8859_14: return "ISO-8859-14";
    case Charset::Iso8859_15: return "ISO-8859-15";
    case Charset::Koi8R: return "KOI8-R";
    case Charset::Koi8U: return "KOI8-U";
    case Charset::Macintosh: return "macintosh";
  }
  return "UTF-8";
}

Converter open_converter(Charset charset) {
  UErrorCode error = U_ZERO_ERROR;
  Converter converter(ucnv_open(name_in_icu(charset), &error));
  HAETAE_ASSERT(U_SUCCESS(error));  // all of them are in ICU's own data
  return converter;
}

constexpr bool is_unicode(Charset charset) noexcept {
  return charset == Charset::Utf8 || charset == Charset::Utf16Le || charset == Charset::Utf16Be;
}

}  // namespace

struct Transcoder::State {
  static constexpr std::size_t kPivotUnits = 1024;

  Converter from;
  Converter to;
  // ICU goes by way of UTF-16; what stands here waits for room.
  std::array<UChar, kPivotUnits> pivot;
  UChar* pivot_source = pivot.data();
  UChar* pivot_target = pivot.data();
};

Transcoder::Transcoder(Charset charset)
    : charset_(charset),
      state_(new State{open_converter(charset), open_converter(Charset::Utf8)}) {}

Transcoder::~Transcoder() = default;

void Transcoder::start() noexcept {
  ucnv_reset(state_->from.get());
  ucnv_reset(state_->to.get());
  state_->pivot_source = state_->pivot_target = state_->pivot.data();
}

std::string_view Transcoder::convert(Bytes& raw, std::span<char> room, bool is_end) noexcept {
  const char* const start = raw.empty() ? "" : as_text(raw).data();  // ICU takes no null
  const char* source = start;
  char* target = room.data();
  UErrorCode error = U_ZERO_ERROR;
  // ICU writes U+FFFD for what is broken; the one error that is left is that room is full.
  ucnv_convertEx(state_->to.get(), state_->from.get(), &target, room.data() + room.size(), &source,
                 start + raw.size(), state_->pivot.data(), &state_->pivot_source,
                 &state_->pivot_target, state_->pivot.data() + state_->pivot.size(),
                 /*reset=*/false, is_end, &error);
  raw = raw.subspan(static_cast<std::size_t>(source - start));
  return {room.data(), static_cast<std::size_t>(target - room.data())};
}

std::optional<Charset> detect_charset(Bytes octets) noexcept {
  struct CloseDetector {
    void operator()(UCharsetDetector* detector) const { ucsdet_close(detector); }
  };
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, CloseDetector> detector(ucsdet_open(&error));
  if (U_FAILURE(error)) return std::nullopt;
  ucsdet_enableInputFilter(detector.get(), 1);  // tags are ASCII and tell nothing
  ucsdet_setText(detector.get(), as_text(octets).data(), static_cast<std::int32_t>(octets.size()),
                 &error);
  std::int32_t count = 0;
  const UCharsetMatch** const matches = ucsdet_detectAll(detector.get(), &count, &error);
  if (U_FAILURE(error)) return std::nullopt;
  for (std::int32_t i = 0; i < count; ++i) {  // best first
    const char* const name = ucsdet_getName(matches[i], &error);
    const std::optional<Charset> charset = U_SUCCESS(error) ? charset_of(name) : std::nullopt;
    if (charset && !is_unicode(*charset)) return charset;
  }
  return std::nullopt;
}

}  // namespace haetae::content
