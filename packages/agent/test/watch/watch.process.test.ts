import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { createSpoolWatcher } from '../../src/watch/cups-spool.ts';
import { watchersFor } from '../../src/watch/registry.ts';
import { createBlockWatcher } from '../../src/watch/udev.ts';
import type { Watcher } from '../../src/watch/watcher.ts';

let folder: string;
let stopping: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-watch-'));
  stopping = new AbortController();
});
afterEach(() => {
  stopping.abort();
  rmSync(folder, { recursive: true, force: true });
});

function start(watcher: Watcher) {
  const seen = { hints: 0 };
  return { seen, ended: watcher.watch(() => (seen.hints += 1), stopping.signal) };
}

type Follow = Host['follow'];
const event = (action: string) => [`UDEV  [12.3] ${action} /devices/x/block/sdb (block)`, `ACTION=${action}`, ''];
const ended = { kind: 'unreadable', reason: 'source-failed' } as const;

describe('watching for sticks', () => {
  it('takes a burst of udev’s events for one hint, and nothing else for any', async () => {
    writeFileSync(join(folder, 'control'), '');
    const follow: Follow = async (_source, onLine, signal) => {
      for (const line of ['monitor will print the received events for:', ...event('add'), ...event('change')])
        onLine(line);
      await sleep(60_000, undefined, { signal }).catch(() => undefined);
      return ended;
    };
    const { seen, ended: end } = start(createBlockWatcher({ host: { follow }, control: join(folder, 'control') }));
    await sleep(600);
    expect(seen.hints).toBe(1);
    stopping.abort();
    await end;
  });

  it('tries again where udevadm ends, after a wait', async () => {
    writeFileSync(join(folder, 'control'), '');
    let started = 0;
    const follow: Follow = () => {
      started += 1;
      return Promise.resolve(ended);
    };
    const { ended: end } = start(createBlockWatcher({ host: { follow }, control: join(folder, 'control') }));
    await expect.poll(() => started, { timeout: 3000 }).toBe(2);
    stopping.abort();
    await end;
  });

  it.each([
    ['udev is not there', false],
    ['udevadm is missing', true],
  ])('looks every two seconds where %s, at names and at sizes', async (_what, hasControl) => {
    const blocks = join(folder, 'block');
    mkdirSync(join(blocks, 'sdb'), { recursive: true });
    writeFileSync(join(blocks, 'sdb/size'), '0\n');
    if (hasControl) writeFileSync(join(folder, 'control'), '');
    const follow: Follow = () => Promise.resolve({ kind: 'unreadable', reason: 'tool-missing' });
    const deps = { host: { follow }, folder: blocks, control: join(folder, 'control') };
    const { seen, ended: end } = start(createBlockWatcher(deps));
    await sleep(100);
    writeFileSync(join(blocks, 'sdb/size'), '5000\n');
    await expect.poll(() => seen.hints, { timeout: 4000 }).toBe(1);
    stopping.abort();
    await end;
  });
});

describe('watching for print jobs', () => {
  it('hints when a job is spooled, and again for its end', async () => {
    const { seen, ended: end } = start(createSpoolWatcher({ folder, echoesMs: [700] }));
    await sleep(100);
    writeFileSync(join(folder, 'c00001'), '');
    await expect.poll(() => seen.hints, { timeout: 2000 }).toBe(2);
    stopping.abort();
    await end;
  });

  it('waits for a folder that is not there yet', async () => {
    const spool = join(folder, 'later');
    const { seen, ended: end } = start(createSpoolWatcher({ folder: spool, echoesMs: [] }));
    await sleep(100);
    mkdirSync(spool);
    await sleep(1500);
    writeFileSync(join(spool, 'c00001'), '');
    await expect.poll(() => seen.hints, { timeout: 3000 }).toBe(1);
    stopping.abort();
    await end;
  });

  it('ends at once when told to', async () => {
    const { seen, ended: end } = start(createSpoolWatcher({ folder }));
    stopping.abort();
    await end;
    expect(seen.hints).toBe(0);
  });
});

describe('the watchers', () => {
  it('are those of the platform', () => {
    const follow: Follow = () => Promise.resolve(ended);
    expect(watchersFor('linux', { host: { follow } }).map(({ check }) => check)).toEqual([
      'removable-media',
      'printing',
    ]);
    expect(watchersFor('aix', { host: { follow } })).toEqual([]);
  });
});
