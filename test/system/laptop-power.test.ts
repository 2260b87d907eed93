import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NUMBERED_POLICY, whatArrived } from '../support/numbered.ts';
import { ROOT, until } from '../support/processes.ts';
import { type RealServer, startRealServer } from './fixtures/real-server.ts';
import { makeExt4 } from './laptop/disks.ts';
import { LIBRARY } from '../../scripts/package/linux/tree.ts';
import { AGENT, type Laptop, makeLaptop, NODE } from './laptop/laptop.ts';
import { SERVER_IN_GUEST } from './laptop/machine.ts';
import { type Cut, cutPower } from './laptop/power-log.ts';
import { laptopSystem, say } from './laptop/system.ts';

/** Some here; `BEADLE_CUTS=50 npm run test:system -- test/system/laptop-power.test.ts` for the whole of it. */
const CUTS = Number(process.env['BEADLE_CUTS'] ?? 4);
const MOST_WRITING_MS = 3000;
const DISK_BYTES = 96 * 1024 * 1024;
const DATA = '/data';
const PORT = '/dev/virtio-ports/beadle.ledger';

interface Status {
  readonly outbox: { readonly pending: number; readonly bytes: number; readonly dropped: number };
}

const laptops = await laptopSystem();
const because = 'why' in laptops ? ` (${laptops.why})` : '';

describe.skipIf('why' in laptops)(`a laptop whose power is cut while it writes${because}`, () => {
  let folder: string;
  let server: RealServer;
  let laptop: Laptop;

  const ledger = () => join(folder, 'ledger');
  /** Numbers that were told to be kept; the last line may have been cut short. */
  const kept = () => (existsSync(ledger()) ? readFileSync(ledger(), 'utf8').split('\n').slice(0, -1).map(Number) : []);
  const disk = () => join(folder, 'data.img');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'beadle-power-'));
    const database = join(folder, 'server');
    server = await startRealServer({ database, folder, policy: NUMBERED_POLICY, knownAs: SERVER_IN_GUEST });
    laptop = await makeLaptop({
      system: 'system' in laptops ? laptops.system : '',
      root: 'plain',
      firmware: { assetTag: 'DBC-1', serialNumber: 'POWER-1' },
      serverPort: server.port,
      programs: { stream: join(ROOT, 'test/support/stream.ts') },
      ledger: ledger(),
    });
    makeExt4(disk(), DISK_BYTES);
    await laptop.start();
    const unplug = await laptop.addDisk({ driver: 'raw', file: { driver: 'file', filename: disk() } }, DATA);
    const token = await server.enrolmentToken('DBC-1');
    await laptop.enrol(token, `${DATA}/device`);
    await unplug();
    await laptop.suspendTo(join(folder, 'state'));
  }, 600_000);

  /** A run on a disk whose every write and flush is on record; `data.img` itself is only written by the cut. */
  async function start(): Promise<void> {
    const [run, log] = [join(folder, 'run.img'), join(folder, 'writes')];
    copyFileSync(disk(), run);
    writeFileSync(log, '');
    await laptop.resume(join(folder, 'state'));
    const [file, logged] = [run, log].map((filename) => ({ driver: 'file', filename }));
    await laptop.addDisk({ driver: 'blklogwrites', file, log: logged }, DATA);
  }

  /** The numbered findings' program in the guest; `how` as in test/support/stream.ts. */
  const writer = (how = '') => `${NODE} ${LIBRARY}/stream.mjs ${DATA}/device ${PORT} ${kept().at(-1) ?? 0} ${how}`;

  /** Resolves as soon as the disk is written to: what follows then, the flush, has rarely been answered. */
  async function untilWritten(): Promise<void> {
    const size = () => statSync(join(folder, 'writes')).size;
    const before = size();
    while (size() === before) await setImmediate();
  }

  async function cutWhileWriting(how?: string): Promise<Cut> {
    const before = kept().length;
    await laptop.stdout(`systemd-run --quiet ${writer(how)}`);
    await until('the first finding', () => kept().length > before, 120_000);
    await delay(Math.random() * MOST_WRITING_MS);
    await untilWritten();
    await laptop.machine.cut();
    return cutPower(disk(), join(folder, 'writes'), Math.random);
  }

  afterAll(async () => {
    try {
      await laptop.stop();
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['nothing, with the store as it is', undefined, (lost: number) => lost <= 0],
    ['something, with one that does not wait for its disk', 'careless', (lost: number) => lost > 0],
  ] as const)('loses %s, where no server has heard of it', async (_what, how, isRight) => {
    const [disksBefore, ledgerBefore] = [readFileSync(disk()), existsSync(ledger()) ? readFileSync(ledger()) : ''];
    const before = kept().length;
    await start();
    await laptop.unplugNetwork();
    const cut = await cutWhileWriting(how);
    await start();
    const { outbox } = JSON.parse(await laptop.stdout(`${AGENT} status --json --data ${DATA}/device`)) as Status;
    await laptop.machine.cut();
    const told = kept().length - before;
    say(JSON.stringify({ store: how ?? 'as it is', told, there: outbox.pending, lost: told - outbox.pending, cut }));
    expect(told - outbox.pending).toSatisfy(isRight);
    writeFileSync(disk(), disksBefore);
    writeFileSync(ledger(), ledgerBefore);
  });

  it(
    `loses nothing that was kept, over ${CUTS} cuts`,
    async () => {
      const sum = { flushed: 0, written: 0, lost: 0, torn: 0, midWrite: 0, unheard: 0 };
      for (let index = 1; index <= CUTS; index += 1) {
        await start();
        // Every second time the server hears of nothing, so that all of it is only on the disk.
        if (index % 2 === 0) await laptop.unplugNetwork();
        const cut = await cutWhileWriting();
        for (const name of ['flushed', 'written', 'lost', 'torn'] as const) sum[name] += cut[name];
        if (cut.lost + cut.torn + cut.written > 0) sum.midWrite += 1;
        const arrived = whatArrived(join(folder, 'server')).numbers.length;
        sum.unheard += Math.max(0, kept().length - arrived);
        say(`cut ${index}: ${JSON.stringify({ kept: kept().length, arrived, ...cut })}`);
      }
      await start();
      const before = kept().length;
      const ending = laptop.run(`exec ${writer()}`);
      await until('the first finding', () => kept().length > before, 120_000);
      // It makes no more, and ends by itself once everything has arrived.
      await laptop.stdout('pkill -TERM -f "[s]tream.mjs"');
      const last = await ending;
      expect(last).toEqual({ code: 0, stdout: '', stderr: '' });
      const { outbox } = JSON.parse(await laptop.stdout(`${AGENT} status --json --data ${DATA}/device`)) as Status;
      const { numbers, broken } = whatArrived(join(folder, 'server'));
      const arrived = new Set(numbers);
      const missing = kept().filter((number) => !arrived.has(number)).length;
      const counts = { cuts: CUTS, kept: kept().length, arrived: numbers.length, missing };
      const result = { ...counts, twice: numbers.length - arrived.size, broken, ...outbox };
      say(JSON.stringify({ ...result, writes: sum }));
      expect(result).toMatchObject({ missing: 0, twice: 0, broken: 0, pending: 0, dropped: 0 });
      // Those that were kept when the power went before their numbers had been told.
      expect(numbers.length - kept().length).toBeLessThanOrEqual(CUTS);
    },
    60_000 + CUTS * 90_000,
  );
});
