// Opens pages with Chromium, as a child would, and says what came of each: reads one JSON object
// from standard input, writes one JSON array.
//   {"modules": folder of node_modules, "arguments": [for Chromium], "visits": [{"url", "seconds"}]}
//   [{"url", "ok", "status", "error", "text", "protocol", "seconds"}]
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const asked = JSON.parse(await text(process.stdin));
const { chromium } = createRequire(`${asked.modules}/`)('playwright-core');

async function visit(browser, { url, seconds }) {
  const page = await browser.newPage();
  const began = performance.now();
  const took = () => (performance.now() - began) / 1000;
  try {
    const response = await page.goto(url, { timeout: seconds * 1000, waitUntil: 'load' });
    return {
      url,
      ok: response.ok(),
      status: response.status(),
      error: null,
      text: await page.locator('body').innerText(),
      protocol: await page.evaluate(
        () => performance.getEntriesByType('navigation')[0].nextHopProtocol),
      seconds: took(),
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
