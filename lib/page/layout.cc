#include "page/layout.h"

namespace haetae::page {
namespace {

// WCAG 2.2: text and its ground differ by 7 to 1 at least, also in the dark; what is pressed is 44
// pixels high; what has the focus is framed; nothing moves.
constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--ground:#f6f1e7;--card:#fffdf8;--line:#d8cdb8;--text:#23303a;
--soft:#46545f;--deep:#0b5563;--on-deep:#fff;--mane:#2f8494;--curl:#1f6b7a;--face:#fbe8c6;
--nose:#23303a;--cheek:#f2b8a0;--bell:#d9a520}
@media (prefers-color-scheme:dark){:root{--ground:#11181d;--card:#1b242b;--line:#3b4852;
--text:#eef2f4;--soft:#c3ced6;--deep:#8fd6e2;--on-deep:#0a191d;--mane:#3f97a8;--curl:#2a7585;
--face:#f3deb8}}
*{box-sizing:border-box}
html{font:1.125rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK KR",
"Apple SD Gothic Neo","Malgun Gothic",sans-serif;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text)}
header,main,footer{max-width:40rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
svg{display:block;width:7.5rem;height:7.5rem;margin:0 auto}
h1{font-size:1.75rem;line-height:1.25;margin:.75rem 0 .5rem;text-align:center;text-wrap:balance}
h2{font-size:1.125rem;line-height:1.35;margin:0 0 .25rem;color:var(--deep)}
p{margin:.25rem 0 .5rem;overflow-wrap:anywhere}
h1+section{margin-top:1.25rem}
section>:last-child{margin-bottom:0}
.lead{text-align:center;text-wrap:balance;margin-bottom:1.25rem}
:lang(ko){word-break:keep-all}
section{background:var(--card);border:1px solid var(--line);border-radius:1rem;
padding:1rem 1.25rem;margin:0 0 1rem}
.soft{color:var(--soft)}
ul{list-style:none;margin:.5rem 0 0;padding:0}
li{border-top:1px solid var(--line);padding:.625rem 0;overflow-wrap:anywhere}
li:last-child{padding-bottom:0}
li b{display:block}
a{color:var(--deep);text-underline-offset:.2em;display:inline-block;min-height:1.75rem}
li a{margin-right:1.25rem;padding:.25rem 0}
button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.5rem;margin-top:.5rem;
border:2px solid var(--deep);border-radius:.75rem;background:var(--deep);color:var(--on-deep);
cursor:pointer;max-width:100%}
:focus-visible{outline:3px solid var(--text);outline-offset:3px;border-radius:.25rem}
time{font-variant-numeric:tabular-nums;color:var(--soft);margin-right:.75rem}
footer{padding-bottom:2rem;text-align:center;text-wrap:balance;color:var(--soft);font-size:1rem}
.mane{fill:var(--mane)}.curl{fill:none;stroke:var(--curl)}.face{fill:var(--face)}
.nose{fill:var(--nose)}.line{fill:none;stroke:var(--nose)}.cheek{fill:var(--cheek)}
.bell{fill:var(--bell)}
@media (min-width:48rem){header{padding-top:3rem}h1{font-size:2.125rem}
svg{width:9.5rem;height:9.5rem}}
@media (forced-colors:active){svg{forced-color-adjust:none}}
@media print{body{background:none}button{display:none}}
)css";

// Haetae from the front: a mane of curls, the horn that tells right from wrong, a bell at the neck.
constexpr std::string_view kDrawing = R"svg(
<svg viewBox="0 0 160 160" aria-hidden="true" focusable="false">
<g class="mane"><circle cx="80" cy="74" r="50"/><circle cx="36" cy="50" r="17"/>
<circle cx="27" cy="78" r="17"/><circle cx="35" cy="106" r="17"/><circle cx="57" cy="126" r="17"/>
<circle cx="124" cy="50" r="17"/><circle cx="133" cy="78" r="17"/><circle cx="125" cy="106" r="17"/>
<circle cx="103" cy="126" r="17"/><circle cx="80" cy="130" r="17"/><circle cx="55" cy="31" r="16"/>
<circle cx="105" cy="31" r="16"/></g>
<g class="curl" stroke-width="3.5" stroke-linecap="round">
<path d="M30 50a7 7 0 1 1 7 7"/><path d="M20 79a7 7 0 1 1 7 7"/><path d="M29 107a7 7 0 1 1 7 7"/>
<path d="M130 50a7 7 0 1 0-7 7"/><path d="M140 79a7 7 0 1 0-7 7"/><path d="M131 107a7 7 0 1 0-7 7"/>
<path d="M50 29a6 6 0 1 1 6 6"/><path d="M110 29a6 6 0 1 0-6 6"/></g>
<path class="bell" d="M80 4c5 9 8 18 8 28H72c0-10 3-19 8-28z"/>
<path class="face" d="M80 34c26 0 42 17 42 42 0 24-17 42-42 42S38 100 38 76c0-25 16-42 42-42z"/>
<g class="mane"><path d="M52 60c3-8 13-11 21-6-7 0-13 2-21 6z"/>
<path d="M108 60c-3-8-13-11-21-6 7 0 13 2 21 6z"/></g>
<g class="nose"><ellipse cx="62" cy="72" rx="6" ry="7.5"/><ellipse cx="98" cy="72" rx="6" ry="7.5"/>
<path d="M69 88c4-4 18-4 22 0 1 5-6 10-11 10s-12-5-11-10z"/></g>
<g class="face"><circle cx="64" cy="69.5" r="2"/><circle cx="100" cy="69.5" r="2"/></g>
<g class="cheek"><circle cx="51" cy="90" r="6"/><circle cx="109" cy="90" r="6"/></g>
<path class="line" stroke-width="3.5" stroke-linecap="round"
 d="M80 98v4m0 0c-3 6-12 7-16 2m16-2c3 6 12 7 16 2"/>
<g class="bell"><circle cx="80" cy="138" r="11"/></g>
<path class="line" stroke-width="3" stroke-linecap="round" d="M70 136h20M80 141v6"/>
</svg>
)svg";

}  // namespace

std::string_view style() noexcept {
  return kStyle;
}

std::string document(const Site& site, const config::PageWords& words, std::string_view heading,
                     Html main, bool leads_to_own_page) {
  Html page;
  page.raw("<!doctype html>\n<html lang=\"").text(words.tag).raw("\">\n<head>\n");
  page.raw("<meta charset=\"utf-8\">\n");
  page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  page.raw("<meta name=\"robots\" content=\"noindex\">\n");
  page.element("title", heading);
  page.raw("<style>").raw(kStyle).raw("</style>\n</head>\n<body>\n");
  page.raw("<header>").raw(kDrawing).raw("</header>\n<main>\n");
  page.element("h1", heading).raw(main.take()).raw("</main>\n<footer>\n");
  if (leads_to_own_page && !site.config().page.listen.empty()) {
    page.raw("<p>").link(site.url() + "/", words.own_link).raw("</p>\n");
  }
  page.element("p", fill(words.footer, {{"site", site.name()}}));
  page.raw("</footer>\n</body>\n</html>\n");
  return page.take();
}

}  // namespace haetae::page
