// What reading a page as text costs: decoding, its charset, its words, and all three.
//   content_content_bench --benchmark_min_time=1
// Pages are put together from sentences and tags as real ones have them, some 64 KiB each; with
// HAETAE_BENCH_PAGE=FILE a page of your own is read instead. MB/s are of decoded octets.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/assert.h"
#include "content/body_decoder.h"
#include "content/charset.h"
#include "content/page_text.h"
#include "support/packed.h"
#include "support/test_data.h"

namespace haetae::content {
namespace {

constexpr std::size_t kPageBytes = 64 * 1024;
constexpr std::size_t kChunkBytes = 16 * 1024;

constexpr const char* kEnglish[] = {
    "The red panda is a small mammal native to the eastern Himalayas and southwestern China. ",
    "It has dense reddish-brown fur with a black belly and legs, white-lined ears and a tail. ",
    "Its head-to-body length is 51-63.5 cm, and it weighs between 3.2 and 15 kg. "};
constexpr const char* kKorean[] = {
    "레서판다는 히말라야 동부와 중국 남서부에 사는 작은 포유류이다. ",
    "털은 붉은 갈색이고 배와 다리는 검으며, 귀는 희고 꼬리에는 줄무늬가 있다. ",
    "몸길이는 51-63.5 cm이고 몸무게는 3.2 kg에서 15 kg까지 나간다. "};

// Some text, links as in menus, a script and a style at its start: by weight, half of it is text.
std::string page_of(const char* const (&sentences)[3]) {
  std::string page =
      "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Red panda</title><style>";
  for (int i = 0; i < 50; ++i) page += ".a" + std::to_string(i) + "{color:#123;margin:0 auto}";
  page += "</style><script>";
  for (int i = 0; i < 100; ++i)
    page += "window.x" + std::to_string(i) + "=function(a){return a<3};";
  page += "</script></head><body><ul class=\"menu\">";
  for (int i = 0; i < 80; ++i) {
    page += "<li class=\"item item-" + std::to_string(i) + "\"><a href=\"/animals/page-" +
            std::to_string(i) + ".html\" rel=\"nofollow\">Animal " + std::to_string(i) +
            "</a></li>\n";
  }
  page += "</ul>\n";
  for (int i = 0; page.size() < kPageBytes; ++i) {
    page += "<div class=\"section\"><h2 id=\"s" + std::to_string(i) + "\">Section</h2>\n<p>";
    for (int k = 0; k < 5; ++k) page += sentences[(i + k) % 3];
    page +=
        "<a href=\"/wiki/Mammal\" title=\"Mammal\">mammals</a>, <b>and&nbsp;more</b>.</p></div>\n";
  }
  page.resize(kPageBytes);
  return page;
}

const std::string& page(bool is_korean) {
  static const char* const own = std::getenv("HAETAE_BENCH_PAGE");
  static const std::string of_person = own != nullptr ? test::read_file(own) : "";
  static const std::string english = page_of(kEnglish), korean = page_of(kKorean);
  if (own != nullptr) return of_person;
  return is_korean ? korean : english;
}

void set_speed(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

std::size_t feed_text(PageText& text, PageRoom& room, std::string_view utf8) {
  std::size_t words = 0;
  while (!utf8.empty()) {
    const std::string_view chunk = utf8.substr(0, kChunkBytes);
    text.feed(chunk, room);
    words += room.text(Place::Body).size() + room.text(Place::Title).size();
    utf8.remove_prefix(chunk.size());
  }
  return words;
}

void text(benchmark::State& state) {
  const std::string& html = page(state.range(0) != 0);
  const auto room = std::make_unique<PageRoom>();
  PageText text;
  std::size_t words = 0;
  for (auto _ : state) {
    text.start(Form::Html);
    words = feed_text(text, *room, html);
    text.finish(*room);
    benchmark::DoNotOptimize(words);
  }
  state.counters["text_of_page"] = static_cast<double>(words) / static_cast<double>(html.size());
  set_speed(state, html.size());
}
BENCHMARK(text)->ArgName("korean")->Arg(0)->Arg(1);

void plain_text(benchmark::State& state) {
  std::string plain;
  while (plain.size() < kPageBytes) plain += kEnglish[plain.size() % 3];
  const auto room = std::make_unique<PageRoom>();
  PageText text;
  for (auto _ : state) {
    text.start(Form::Plain);
    benchmark::DoNotOptimize(feed_text(text, *room, plain));
  }
  set_speed(state, plain.size());
}
BENCHMARK(plain_text);

// As a body comes to the scan: raw octets of 16 KiB.
void read_body(benchmark::State& state, const Codings& codings, std::string_view raw,
               const char* charset) {
  const auto room = std::make_unique<PageRoom>();
  std::array<std::uint8_t, kChunkBytes> decoded;
  std::string utf8(kChunkBytes, '\0');
  DecoderBudget budget(limits::kDecodersBytesMax);
  BodyDecoder decoder(budget);
  CharsetReader reader;
  PageText text;
  std::size_t bytes = 0;
  for (auto _ : state) {
    decoder.start(codings);
    reader.start(charset_of(charset), true);
    text.start(Form::Html);
    Bytes left = as_bytes(raw);
    DecodeEnd end = DecodeEnd::MoreText;
    while (end == DecodeEnd::MoreText) {
      const BodyDecoder::Step step = decoder.feed(left, decoded);
      end = step.end;
      Bytes octets = Bytes(decoded).first(step.bytes);
      while (true) {
        const std::string_view piece = reader.read(octets, utf8);
        if (piece.empty() && octets.empty()) break;
        benchmark::DoNotOptimize(feed_text(text, *room, piece));
      }
    }
    HAETAE_ASSERT(end == DecodeEnd::NeedMore || end == DecodeEnd::Done);
    bytes = static_cast<std::size_t>(decoder.decoded_bytes());
  }
  set_speed(state, bytes);
}

Codings codings_of(const char* field) {
  return *read_codings(field);
}

BENCHMARK_CAPTURE(read_body, identity, codings_of(""), page(false), "utf-8");
BENCHMARK_CAPTURE(read_body, identity_korean, codings_of(""), page(true), "utf-8");
BENCHMARK_CAPTURE(read_body, latin1, codings_of(""), page(false), "windows-1252");

void gzip(benchmark::State& state) {
  read_body(state, codings_of("gzip"), test::gzip_of(page(state.range(0) != 0)), "utf-8");
}
BENCHMARK(gzip)->ArgName("korean")->Arg(0)->Arg(1);

void zstd(benchmark::State& state) {
  read_body(state, codings_of("zstd"), test::zstd_of(page(state.range(0) != 0)), "utf-8");
}
BENCHMARK(zstd)->ArgName("korean")->Arg(0)->Arg(1);

}  // namespace
}  // namespace haetae::content

BENCHMARK_MAIN();
