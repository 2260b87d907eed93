import { describe, expect, it } from 'vitest';
import { sources } from '../../packages/agent/src/cli/sources.ts';
import { checksDocument, readChecksDocument } from '../../scripts/checks-document.ts';

/** What `beadle-agent sources --json` prints on this machine. */
async function printedSources(): Promise<readonly { id: string; platform: string; reads: string; why: string }[]> {
  const write = process.stdout.write.bind(process.stdout);
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array) => (text += String(chunk)) !== '';
  try {
    expect(await sources.run(['--json'])).toBe(0);
  } finally {
    process.stdout.write = write;
  }
  return JSON.parse(text) as readonly { id: string; platform: string; reads: string; why: string }[];
}

describe('docs/checks.md', () => {
  it('is what the lists of checks and sources say: node scripts/checks-document.ts writes it', () => {
    expect(readChecksDocument()).toBe(checksDocument());
  });

  it('names every source that beadle-agent sources prints, with what it reads and why', async () => {
    const lines = readChecksDocument().split('\n');
    const printed = await printedSources();
    expect(printed.length).toBeGreaterThan(0);
    for (const { id, why, reads } of printed) {
      const line = lines.find((one) => one.startsWith(`| \`${id}\``)) ?? '';
      expect(line, id).toContain(why);
      expect(line, id).toContain(reads.replaceAll('|', '\\|').replaceAll(/\s+/g, ' '));
    }
  });
});
