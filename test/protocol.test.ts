import { bodyHash, type ChainPosition, linkOf, START } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatch } from '../packages/server/src/ingest/plan.ts';
import { readCheckIn } from '../packages/server/src/ingest/batch.ts';
import { writeBody } from '../packages/agent/src/cycle/transitions.ts';
import { openOutbox } from '../packages/agent/src/outbox/open.ts';
import { type Batch, Outbox } from '../packages/agent/src/outbox/outbox.ts';
import { createTables } from '../packages/agent/src/outbox/store.ts';
import { seededRandom } from './support/clock.ts';
import { numbered } from './support/laptop.ts';

const DEVICE = 'device-1';
const NOW = Date.parse('2026-11-23T09:00:00Z');
const random = seededRandom('protocol');

interface Held {
  readonly sequence: number;
  readonly link: string;
  readonly bytes: Uint8Array;
}

/** The server's side of the protocol without its database: the same plan on an array. */
class Server {
  rows: Held[] = [];

  get head(): ChainPosition {
    const last = this.rows.at(-1);
    return last === undefined ? START : { sequence: last.sequence, link: last.link };
  }

  receive(batch: Batch) {
    const header = {
      protocol: 1,
      generation: 1,
      sentAt: '2026-11-23T09:00:00.000Z',
      previous: batch.previous,
      state: { sequence: 0, digest: '0'.repeat(64) },
      agent: { version: '0', platform: 'linux', release: '0', outbox: { pending: 0, bytes: 0, dropped: 0 } },
      policySerial: 0,
      onCouncilNetwork: null,
      facts: {},
    };
    const lines = [Buffer.from(JSON.stringify(header)), ...batch.bodies.map((body) => Buffer.from(body))];
    const read = readCheckIn(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])), DEVICE);
    if ('expected' in read) throw new Error(`the server could not read: ${read.expected}`);
    const held = new Map(this.rows.map(({ sequence, link }) => [sequence, link]));
    const plan = planBatch(this.head, batch.previous, read.items, held);
    this.rows.push(...plan.accepted.map(({ sequence, link, bytes }) => ({ sequence, link, bytes })));
    return { head: plan.head, matched: plan.matched };
  }

  numbers(): number[] {
    return this.rows.flatMap(({ bytes }) => {
      const body = JSON.parse(Buffer.from(bytes).toString()) as { observed?: { number: number } };
      return body.observed === undefined ? [] : [body.observed.number];
    });
  }

  /** The first sequence whose link does not follow from the stored bytes. */
  brokenAt(): number | undefined {
    let previous: ChainPosition = START;
    for (const row of this.rows) {
      const link = linkOf({
        previous: previous.link,
        device: DEVICE,
        generation: 1,
        sequence: row.sequence,
        bodyHash: bodyHash(row.bytes),
      });
      if (link !== row.link) return row.sequence;
      previous = row;
    }
    return undefined;
  }
}

interface Copy {
  readonly disk: Buffer | undefined;
  readonly kept: readonly number[];
}

/** A device whose disk is a buffer, so that it can be copied, put back and lost. */
class Device {
  #sql = new SQLite(':memory:');
  #outbox: Outbox | undefined;
  /** Numbers on this disk, acknowledged or not. */
  kept: number[] = [];

  constructor() {
    createTables(this.#sql);
    // Enrolment begins the chain; what is opened later without it has been lost.
    new Outbox({ sql: this.#sql, random }).begin(DEVICE, 1, 0);
  }

  get outbox(): Outbox {
    this.#outbox ??= openOutbox(
      { sql: this.#sql, found: 'new' },
      { device: DEVICE, generation: 1 },
      { random, now: 0 },
    );
    return this.#outbox;
  }

  append(number: number): void {
    this.outbox.append([writeBody(numbered(number, NOW), random)], NOW);
    this.kept.push(number);
  }

  copy(): Copy {
    return { disk: this.#sql.serialize(), kept: [...this.kept] };
  }

  restore({ disk, kept }: Copy): void {
    this.#sql = disk === undefined ? new SQLite(':memory:') : new SQLite(disk);
    createTables(this.#sql);
    this.#outbox = undefined;
    this.kept = [...kept];
  }
}

type Step =
  | { readonly do: 'append'; readonly count: number }
  | { readonly do: 'check-in'; readonly answer: 'heard' | 'lost' }
  | { readonly do: 'copy-device' | 'restore-device' | 'lose-device' | 'copy-server' | 'restore-server' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('check-in' as const),
      answer: fc.constantFrom('heard' as const, 'heard' as const, 'lost' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'copy-device' as const,
        'restore-device' as const,
        'lose-device' as const,
        'copy-server' as const,
        'restore-server' as const,
      ),
    }),
  },
);

/** A council of one device, whose either side may be put back to an older copy at any moment. */
class World {
  readonly server = new Server();
  readonly device = new Device();
  #next = 1;
  #deviceCopy: Copy | undefined;
  #serverCopy: Held[] | undefined;

  take(one: Step): void {
    switch (one.do) {
      case 'append':
        for (let count = 0; count < one.count; count += 1) this.device.append(this.#next++);
        return;
      case 'check-in':
        this.checkIn(one.answer);
        return;
      case 'copy-device':
        this.#deviceCopy = this.device.copy();
        return;
      case 'restore-device':
        if (this.#deviceCopy !== undefined) this.device.restore(this.#deviceCopy);
        return;
      case 'lose-device':
        this.device.restore({ disk: undefined, kept: [] });
        return;
      case 'copy-server':
        this.#serverCopy = [...this.server.rows];
        return;
      case 'restore-server':
        if (this.#serverCopy !== undefined) this.server.rows = [...this.#serverCopy];
    }
  }

  checkIn(answer: 'heard' | 'lost'): string {
    const batch = this.device.outbox.nextBatch();
    const told = this.server.receive(batch);
    return answer === 'lost' ? 'lost' : this.device.outbox.settle(batch, told, NOW);
  }

  /** Checks in until there is no more to say; true where that comes to an end. */
  settle(): boolean {
    for (let count = 0; count < 12; count += 1) if (this.checkIn('heard') === 'settled') return true;
    return false;
  }
}

const runs = Number(process.env['BEADLE_RUNS'] ?? 300);

describe('device and server, whatever is lost, doubled or put back to an older copy', () => {
  it('agree in the end: everything on the device has arrived, nothing twice, and the chain holds', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const world = new World();
        for (const one of steps) world.take(one);
        expect(world.settle()).toBe(true);
        const arrived = world.server.numbers();
        expect(world.server.brokenAt()).toBeUndefined();
        expect(arrived).toHaveLength(new Set(arrived).size);
        expect(world.device.kept.filter((number) => !arrived.includes(number))).toEqual([]);
        expect(world.device.outbox.waiting().pending).toBe(0);
      }),
      { numRuns: runs },
    );
  });
});
