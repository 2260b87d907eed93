import { print, progress } from '../result.ts';
import { isDownload } from './addresses.ts';
import { planLines, type Timed } from './measure.ts';
import type { PagesServer } from './server.ts';
import { SIZES } from './sizes.ts';

/** What every page and every list is to stay under, at the median. */
export const LIMIT_MS = 150;

const row = ({ name, status, bytes, median, best, worst, slowest }: Timed): string =>
  [
    median.toFixed(1).padStart(9),
    best.toFixed(1).padStart(9),
    worst.toFixed(1).padStart(9),
    (slowest?.milliseconds ?? 0).toFixed(1).padStart(9),
    String(Math.ceil(bytes / 1024)).padStart(6),
    status === 200 ? '   ' : String(status),
    name.slice(0, 130),
  ].join('  ');

function table(title: string, rows: readonly Timed[]): void {
  progress(`\n${title}`);
  progress('   median       best      worst  statement     KiB       address (milliseconds)');
  for (const one of rows) progress(`${row(one)}${one.median > LIMIT_MS ? `  OVER ${LIMIT_MS} ms` : ''}`);
}

/** A table of everything, the slowest first, with the slowest statement's plan; and a line of JSON for each address. */
export async function report(
  engine: string,
  server: PagesServer,
  { all, reference }: { readonly all: readonly Timed[]; readonly reference: Timed },
): Promise<void> {
  const sorted = all.toSorted((one, other) => other.median - one.median);
  const pages = sorted.filter((one) => !isDownload(one));
  const over = pages.filter(({ median }) => median > LIMIT_MS);
  table(`${engine}: pages and lists`, pages);
  table(`${engine}: files, and what is as long as what it looks at`, sorted.filter(isDownload));
  const [slowest] = pages;
  for (const one of over.length === 0 && slowest !== undefined ? [slowest] : over)
    progress(`\n${one.url}\n  ${(await planLines(server, one)).join('\n  ')}`);
  progress(`\n${engine}: ${over.length} of ${pages.length} pages and lists are over ${LIMIT_MS} ms`);
  const about = { unit: 'ms', against: reference.median, reference: 'the page /accessibility, which asks for nothing' };
  for (const one of sorted) {
    const note = `${isDownload(one) ? 'a file; ' : ''}best ${one.best.toFixed(1)} ms, worst ${one.worst.toFixed(1)} ms`;
    print({ name: `server.pages.${engine} ${one.name}`, value: one.median, ...about, note });
  }
  const slow = pages.map(({ median }) => median);
  const note = `${over.length} of ${pages.length} over ${LIMIT_MS} ms; ${SIZES.breaches} breaches, ${SIZES.findings} findings`;
  print({ name: `server.pages.${engine}`, value: Math.max(...slow), ...about, target: LIMIT_MS, note });
}
