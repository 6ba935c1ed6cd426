#include "content/body_text.h"

#include <algorithm>

namespace haetae::content {

bool BodyText::start(std::string_view content_type, const Codings& codings) {
  read_bytes_ = 0;
  sniffed_bytes_ = 0;
  is_packed_ = codings.count > 0;
  is_sniffing_ = is_no_media_type(content_type);
  if (is_sniffing_) {
    charset_.start(std::nullopt, /*is_page=*/true);
  } else {
    const std::optional<MediaType> type = read_media_type(content_type);
    if (!type) return false;
    const bool is_page = type->form == Form::Html || type->form == Form::Xml;
    charset_.start(charset_of(type->charset), is_page);
    page_.start(type->form);
  }
  decoder_.start(codings);
  return true;
}

BodyEnd BodyText::feed(Bytes raw, BodyRoom& room, TextSink& sink) {
  if (!is_packed_) return read(raw, room, sink);
  while (true) {
    const BodyDecoder::Step step = decoder_.feed(raw, room.decoded);
    const BodyEnd end = read(Bytes(room.decoded).first(step.bytes), room, sink);
    if (end != BodyEnd::NeedMore) return end;
    switch (step.end) {
      case DecodeEnd::MoreText: break;
      case DecodeEnd::NeedMore: return BodyEnd::NeedMore;
      case DecodeEnd::Done: return BodyEnd::Done;
      case DecodeEnd::Corrupt: return BodyEnd::Corrupt;
      case DecodeEnd::TooLarge: return BodyEnd::TooLarge;
    }
  }
}

BodyEnd BodyText::read(Bytes octets, BodyRoom& room, TextSink& sink) {
  read_bytes_ += octets.size();
  if (is_sniffing_) {
    const std::size_t more = std::min(octets.size(), sniffed_.size() - sniffed_bytes_);
    std::copy_n(octets.begin(), more, sniffed_.begin() + sniffed_bytes_);
    sniffed_bytes_ = static_cast<std::uint16_t>(sniffed_bytes_ + more);
    octets = octets.subspan(more);
    if (sniffed_bytes_ < sniffed_.size()) return BodyEnd::NeedMore;
    if (!read_sniffed(room, sink)) return BodyEnd::NotText;
  }
  read_page(octets, room, sink);
  return BodyEnd::NeedMore;
}

// False: what is there is no text.
bool BodyText::read_sniffed(BodyRoom& room, TextSink& sink) {
  is_sniffing_ = false;
  const Bytes head = Bytes(sniffed_).first(sniffed_bytes_);
  const std::optional<Form> form = sniff_form(head);
  if (!form) return false;
  page_.start(*form);
  read_page(head, room, sink);
  return true;
}

void BodyText::read_page(Bytes octets, BodyRoom& room, TextSink& sink) {
  while (true) {
    const std::string_view utf8 = charset_.read(octets, room.utf8);
    if (utf8.empty() && octets.empty()) return;
    read_text(utf8, room, sink);
  }
}

void BodyText::read_text(std::string_view utf8, BodyRoom& room, TextSink& sink) {
  while (!utf8.empty()) {
    const std::string_view piece = utf8.substr(0, limits::kPageChunkBytesMax);
    utf8.remove_prefix(piece.size());
    page_.feed(piece, room.page);
    give(room.page, sink);
  }
}

void BodyText::give(const PageRoom& page, TextSink& sink) {
  for (const Place place : {Place::Title, Place::Body}) {
    if (const std::string_view text = page.text(place); !text.empty()) sink.take(text, place);
  }
}

bool BodyText::finish(BodyRoom& room, TextSink& sink) {
  if (is_sniffing_ && !read_sniffed(room, sink)) return true;
  while (true) {
    const std::string_view utf8 = charset_.finish(room.utf8);
    if (utf8.empty()) break;
    read_text(utf8, room, sink);
  }
  page_.finish(room.page);
  give(room.page, sink);
  return !is_packed_ || decoder_.is_whole();
}

}  // namespace haetae::content
