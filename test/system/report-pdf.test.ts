import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeCase } from '../../packages/server/test/breaches/whole-case.ts';
import { type ConsoleServer, startConsoleServer } from '../../packages/server/test/support/console-server.ts';

const hasPoppler = ['pdfinfo', 'pdftotext', 'pdftoppm'].every(
  (program) => spawnSync(program, ['-v'], { stdio: 'ignore' }).status === 0,
);

describe.skipIf(!hasPoppler)('the breach report as another program reads it (poppler-utils)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-report-'));
  const file = join(folder, 'report.pdf');
  let server: ConsoleServer;
  beforeAll(async () => {
    server = await startConsoleServer();
    const ref = await wholeCase(server);
    const { rawPayload } = await server.as('security-analyst', { url: `/api/v1/breaches/${ref}/report?format=pdf` });
    writeFileSync(file, rawPayload);
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const run = (program: string, ...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    expect([program, status, stderr]).toEqual([program, 0, '']);
    return stdout;
  };

  it('is tagged, and its text is heard in its order', () => {
    expect(run('pdfinfo', file)).toMatch(/Tagged: +yes/);
    const heard = run('pdfinfo', '-struct-text', file);
    const order = [
      'H1 (block)',
      'Laptop of Sam Rivers left on the train to Tŷ Gwyn',
      '"Summary"',
      '"When"',
      '"Closing"',
    ];
    const places = order.map((words) => heard.indexOf(words));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(heard).toContain('/Scope /Column');
    // The marking stands at the edge of each page, and once in what is heard.
    expect(heard.match(/"OFFICIAL"/g)).toHaveLength(1);
  });

  it('has the marking at the head and at the foot of each page', () => {
    const pages = run('pdftotext', '-layout', file, '-').split('\f').slice(0, -1);
    expect(pages.length).toBeGreaterThan(3);
    for (const [at, page] of pages.entries()) {
      const lines = page.split('\n').filter((line) => line.trim() !== '');
      expect([lines[0]?.trim(), lines.at(-1)?.trim()]).toEqual(['OFFICIAL', 'OFFICIAL']);
      expect(page).toMatch(new RegExp(`Page ${at + 1}$`, 'm'));
    }
  });

  it('has its own fonts, and can be drawn', () => {
    const fonts = run('pdffonts', file).split('\n').slice(2, -1);
    expect(fonts).toHaveLength(2);
    for (const font of fonts) expect(font).toMatch(/DejaVuSansCondensed.* yes yes yes /);
    run('pdftoppm', '-r', '40', '-png', file, join(folder, 'page'));
    expect(execFileSync('ls', [folder], { encoding: 'utf8' })).toContain('page-');
  });
});
