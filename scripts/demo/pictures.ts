import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createClient } from '../start/client.ts';
import { ROOT } from '../start/programs.ts';
import { readStartSettings } from '../start/settings.ts';
import { OFFICERS } from './people.ts';

/** Makes the pictures of README.md anew, of a demo that runs: node scripts/demo/pictures.ts [FOLDER]. */
const FOLDER = process.argv[2] ?? join(ROOT, 'docs/pictures');
const CHROMIUM = '/usr/bin/chromium';
const WIDTH = 1120;

interface Breach {
  readonly ref: string;
  readonly rule: string;
  readonly cluster: string | null;
}

const { port, data } = readStartSettings(process.env, ROOT, 'demo-data');
const origin = `http://127.0.0.1:${port}`;
const client = createClient(origin, readFileSync(join(data, 'admin-token'), 'utf8').trim());

/** The newest open breach of a rule, or the item that it is part of. */
async function newest(rule: string): Promise<Breach> {
  const { items } = await client.call<{ items: Breach[] }>('GET', `/api/v1/breaches?rule=${rule}&limit=1`);
  const [first] = items;
  if (first === undefined) throw new Error(`The demo has no breach of ${rule}: delete ${data} and start it again.`);
  return first;
}

/** What each picture shows, and how much of the page from its top, in pixels. */
async function shown(): Promise<readonly (readonly [name: string, path: string, height: number])[]> {
  const [lost, many] = [await newest('reported-by-a-person'), await newest('malware-protection')];
  const { items } = await client.call<{ items: { version: string }[] }>('GET', '/api/v1/policies');
  return [
    ['overview', '/', 1360],
    ['queue', '/breaches', 1100],
    ['breach', `/breaches/${lost.ref}`, 1280],
    ['item-of-several', `/clusters/${many.cluster ?? ''}`, 1100],
    ['policy-coverage', `/policies/${items[0]?.version ?? ''}`, 1640],
  ];
}

async function signedIn(browser: Browser): Promise<Page> {
  const { code } = await client.call<{ code: string }>('POST', '/api/v1/sign-in-codes', OFFICERS.officer);
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme: 'light' });
  await page.goto(`${origin}/sign-in/${code}`);
  return page;
}

mkdirSync(FOLDER, { recursive: true });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
  const page = await signedIn(browser);
  for (const [name, path, height] of await shown()) {
    await page.setViewportSize({ width: WIDTH, height });
    await page.goto(`${origin}${path}`);
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    process.stdout.write(`${name}.png  ${path}\n`);
  }
} finally {
  await browser.close();
}
