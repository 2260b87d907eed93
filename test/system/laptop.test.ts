import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNotNow } from './fixtures/all.ts';
import { mailReceiver, opened } from '../../packages/server/test/notify/receivers.ts';
import { picturesOf, startChromium, whyNoChromium } from './fixtures/browser.ts';
import { type Bench, type Finding, startBench } from './laptop/bench.ts';
import { SERVER_IN_GUEST } from './laptop/machine.ts';
import { ADDRESSES, STICK_OF_THE_STORY as STORY, tellStickStory } from './laptop/stick-story.ts';
import { laptopSystem, say } from './laptop/system.ts';

const laptops = await laptopSystem();
const because = 'why' in laptops ? ` (${laptops.why})` : '';
const system = 'system' in laptops ? laptops.system : '';

const browserToo = whyNoChromium === undefined ? '' : ` (${whyNoChromium})`;

const ENCRYPTION = 'laptop-encryption';
const STICKS = 'memory-sticks';
const START_MS = 600_000;

const isOf = (serial: string) => (finding: Finding) => finding.subject === serial && finding.kind === 'event';

/** When the kernel last said something of this form, in milliseconds of this machine's clock, at the earliest. */
async function kernelSaid({ laptop }: Bench, pattern: string): Promise<number> {
  const before = Date.now();
  const up = Number((await laptop.stdout('cut -d" " -f1 /proc/uptime')).trim());
  const message = await laptop.stdout(
    `journalctl --no-pager -b -o json _TRANSPORT=kernel | grep -E '"MESSAGE" *: *"[^"]*${pattern}' | tail -n 1`,
  );
  const { _SOURCE_MONOTONIC_TIMESTAMP: at } = JSON.parse(message) as { _SOURCE_MONOTONIC_TIMESTAMP: string };
  // The two clocks need not be set alike, nor go alike since the start: the guest's own count of time since then serves.
  return before - up * 1000 + Number(at) / 1000;
}

const seconds = (from: number, { receivedAt }: Finding) => ((Date.parse(receivedAt) - from) / 1000).toFixed(2);

/** Plugs a stick in, waits until the kernel has found what is on it, and pulls it again. */
async function plugAndPull({ laptop }: Bench, serial: string): Promise<void> {
  const { pull } = await laptop.plug(serial, laptop.stick(serial));
  const disk = `/dev/disk/by-id/usb-*${serial}*`;
  await laptop.stdout(`until ls ${disk} > /dev/null 2>&1; do sleep 0.1; done`);
  await pull();
  await laptop.stdout(`while ls ${disk} > /dev/null 2>&1; do sleep 0.1; done`);
}

describe.skipIf('why' in laptops)(`a laptop whose disk is not encrypted${because}`, () => {
  let bench: Bench;
  let mail: Awaited<ReturnType<typeof mailReceiver>>;
  const parts = opened();

  beforeAll(async () => {
    mail = await mailReceiver(parts);
    bench = await startBench({ system, root: 'plain', assetTag: 'DBC-1', settings: mail.environment });
    await bench.startAgent();
  }, START_MS);
  afterAll(async () => {
    await bench?.stop();
    await parts.closeAll();
  });

  it('is known by its firmware', async () => {
    const tag = await bench.arrival('asset-tag', ({ kind }) => kind === 'state');
    expect(tag).toMatchObject({ verdict: 'pass', reason: null });
  });

  it('fails the rule', async () => {
    const disk = await bench.arrival(ENCRYPTION, ({ verdict }) => verdict === 'fail');
    say(`plain root: ${disk.rule} ${disk.subject}: ${disk.verdict}`);
    expect(disk).toMatchObject({ subject: '/', kind: 'state', reason: null });
    expect((await bench.findings(ENCRYPTION)).map(({ verdict }) => verdict)).toEqual(['fail']);
  });

  it('tells the server of each stick while it is in', async () => {
    for (const serial of ['STICK-1', 'STICK-2', 'STICK-3']) {
      const { at, pull } = await bench.laptop.plug(serial, bench.laptop.stick(serial));
      const found = await bench.arrival(STICKS, isOf(serial));
      const [usb, disk] = [
        await kernelSaid(bench, `SerialNumber: ${serial}`),
        await kernelSaid(bench, '\\[sd[a-z]\\] .*logical blocks'),
      ];
      say(`${serial}, agent running: at the server ${seconds(disk, found)} s after the kernel had its disk,`);
      say(`  ${seconds(usb, found)} s after it had read its number, ${seconds(at, found)} s after QEMU plugged it in`);
      expect(found.verdict).toBe('fail');
      await pull();
    }
  });

  it.skipIf(whyNoChromium !== undefined)(
    `leads the officer from the mail about a stick to the end of its case${browserToo}`,
    async () => {
      // The server is known by the address that the laptop has for it.
      const { host } = new URL(SERVER_IN_GUEST);
      const browser = await startChromium(`--host-resolver-rules=MAP ${host}:80 127.0.0.1:${bench.server.port}`);
      try {
        const told = await tellStickStory({ bench, mail, browser, pictures: picturesOf('the story of a stick') });
        expect(told).toEqual([ADDRESSES.officer, ADDRESSES.ict]);
      } finally {
        await browser.close();
      }
    },
  );

  it('tells, once it runs again, of a stick that was there while it did not', async () => {
    await bench.stopAgent();
    const from = Date.now();
    await plugAndPull(bench, 'WHILE-OFF');
    const pulled = Date.now();
    expect((await bench.findings(STICKS)).filter(isOf('WHILE-OFF'))).toEqual([]);
    await bench.startAgent();
    const found = await bench.arrival(STICKS, isOf('WHILE-OFF'));
    say(`stick while the agent was off: found, at ${found.observedAt}, plugged ${new Date(from).toISOString()}`);
    expect(found.verdict).toBe('fail');
    // The time is the kernel's, of a clock that was set from another one to the second.
    expect(Date.parse(found.observedAt)).toBeGreaterThan(from - 3_000);
    expect(Date.parse(found.observedAt)).toBeLessThan(pulled + 3_000);
  });

  it('says that it cannot know where the log of that time is gone', async () => {
    await bench.stopAgent();
    await plugAndPull(bench, 'UNSEEN');
    await bench.laptop.stdout('journalctl --rotate && journalctl --vacuum-time=1s');
    await bench.startAgent();
    const found = await bench.arrival(STICKS, ({ reason }) => reason === 'history-not-kept');
    say(`stick while the agent was off, and the log emptied: ${found.verdict} (${found.reason})`);
    expect(found).toMatchObject({ kind: 'event', verdict: 'unknown' });
    const events = (await bench.findings(STICKS)).filter(({ kind, subject }) => kind === 'event' && subject !== STORY);
    expect(events).toHaveLength(5);
  });
});

describe.skipIf('why' in laptops)(`a laptop whose disk is encrypted${because}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await startBench({ system, root: 'luks', assetTag: 'DBC-2' });
    await bench.startAgent();
  }, START_MS);
  afterAll(() => bench?.stop());

  it('passes the rule', async () => {
    const disk = await bench.arrival(ENCRYPTION, ({ subject }) => subject === '/');
    say(`LUKS root: ${disk.rule} ${disk.subject}: ${disk.verdict} ${disk.reason ?? ''}`);
    expect((await bench.findings(ENCRYPTION)).map(({ subject, verdict }) => [subject, verdict])).toEqual([
      ['/', 'pass'],
    ]);
  });

  const long = whyNotNow === undefined ? '' : ` (${whyNotNow})`;
  it.skipIf(long !== '')(`tells, after a restart, of a stick that was there before it while off${long}`, async () => {
    await bench.stopAgent();
    await plugAndPull(bench, 'BEFORE-RESTART');
    await bench.laptop.restart();
    await bench.startAgent();
    const found = await bench.arrival(STICKS, isOf('BEFORE-RESTART'));
    say(`stick before a restart: ${found.verdict}`);
    expect(found.verdict).toBe('fail');
    expect((await bench.findings(STICKS)).filter(({ reason }) => reason === 'history-not-kept')).toEqual([]);
  });
});
