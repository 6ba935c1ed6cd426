// Opens pages with Chromium, as a child would, and says what came of each: reads one JSON object
// from standard input, writes one JSON array.
//   {"modules": folder of node_modules, "arguments": [for Chromium], "visits": [
//     {"url", "seconds", "context": Playwright's of a browser's window, "screenshot": a file,
//      "awaits": what is to be there before we look, of a page that may never be whole,
//      "press": what is clicked before we look, "check": true for axe's rules of WCAG 2.2 AA}]}
//   [{"url", "ok", "status", "error", "text", "protocol", "seconds", "language", "is_too_wide",
//     "problems": [{"id", "help", "nodes"}]}]
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

const asked = JSON.parse(await text(process.stdin));
const require = createRequire(`${asked.modules}/`);
const { chromium } = require('playwright-core');

// Outside of the page's own policy, which lets no script in.
async function problemsOf(page) {
  await page.evaluate(await readFile(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: 'tag', values } }), tags);
  return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((n) => n.html) }));
}

async function visit(browser, { url, seconds, context = {}, screenshot, awaits, press, check }) {
  const page = await browser.newPage(context);
  const began = performance.now();
  const took = () => (performance.now() - began) / 1000;
  try {
    let response = await page.goto(
      url, { timeout: seconds * 1000, waitUntil: awaits ? 'commit' : 'load' });
    if (awaits) await page.waitForSelector(awaits, { timeout: seconds * 1000 });
    if (press) {
      [response] = await Promise.all([
        page.waitForNavigation({ timeout: seconds * 1000, waitUntil: 'load' }), page.click(press)]);
    }
    if (screenshot) await page.screenshot({ path: screenshot, fullPage: true });
    return {
      url,
      ok: response.ok(),
      status: response.status(),
      error: null,
      text: await page.locator('body').innerText(),
      protocol: await page.evaluate(
        () => performance.getEntriesByType('navigation')[0].nextHopProtocol),
      seconds: took(),
      language: await page.evaluate(() => document.documentElement.lang),
      is_too_wide: await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth),
      problems: check ? await problemsOf(page) : [],
    };
  } catch (error) {
    const name = /net::(\w+)/.exec(error.message)?.[1] ?? error.message.split('\n')[0];
    return { url, ok: false, status: null, error: name, text: null, protocol: null, seconds: took() };
  } finally {
    await page.close();
  }
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', ...asked.arguments],  // tests run as root, in a namespace of their own
});
try {
  const results = [];
  for (const one of asked.visits) results.push(await visit(browser, one));
  process.stdout.write(JSON.stringify(results));
} finally {
  await browser.close();
}
