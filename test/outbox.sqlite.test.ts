import { bodyHash, type ChainPosition, type GapBody, linkOf, START } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOUNDS } from '../packages/agent/src/outbox/bounds.ts';
import { Outbox } from '../packages/agent/src/outbox/outbox.ts';
import { createTables } from '../packages/agent/src/outbox/store.ts';
import { planBatch } from '../packages/server/src/ingest/plan.ts';
import { seededRandom } from './support/clock.ts';

type Body = { readonly number: number } | GapBody;
type Batch = ReturnType<Outbox['nextBatch']>;
interface Held {
  readonly sequence: number;
  readonly link: string;
  readonly body: Body;
}

const device = 'device-1';
const LIMIT = 12;

/** What the server holds of one device: its rows, and what it would do with a batch. */
function createLedger() {
  let rows: readonly Held[] = [];
  let copy = rows;
  const headOf = (held: readonly Held[]): ChainPosition => held.at(-1) ?? START;
  function itemsOf({ previous, bodies }: Batch) {
    let at = previous;
    return bodies.map((bytes) => {
      const body = JSON.parse(Buffer.from(bytes).toString()) as Body;
      const sequence = 'gap' in body ? body.gap.to : at.sequence + 1;
      const link = linkOf({ previous: at.link, device, generation: 1, sequence, bodyHash: bodyHash(bytes) });
      at = { sequence, link };
      return { sequence, link, bytes, body };
    });
  }
  return {
    take(batch: Batch) {
      const items = itemsOf(batch);
      const held = new Map(rows.map(({ sequence, link }) => [sequence, link]));
      const { sequence, link } = headOf(rows);
      const plan = planBatch({ sequence, link }, batch.previous, items as never, held);
      rows = [...rows, ...items.filter((item) => plan.accepted.includes(item as never))];
      return { head: { sequence: plan.head.sequence, link: plan.head.link }, matched: plan.matched };
    },
    keepCopy: () => void (copy = rows),
    restore: () => void (rows = copy),
    bodies: () => rows.map(({ body }) => body),
  };
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('keep' as const), count: fc.integer({ min: 1, max: 7 }) }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom({ do: 'send' as const, heard: true }, { do: 'send' as const, heard: false }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ do: 'again' as const }, { do: 'copy' as const }, { do: 'restore' as const }),
  },
);

describe('an outbox that is small, and a server that is not always heard', () => {
  it('have each finding once and in order, or in a gap record that counts it, whatever was lost between them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const sql = new SQLite(':memory:');
        createTables(sql);
        const outbox = new Outbox({ sql, random: seededRandom(), bounds: { ...BOUNDS, pendingFindings: LIMIT } });
        outbox.begin(device, 1, 0);
        const ledger = createLedger();
        let [kept, sent] = [0, outbox.nextBatch()];
        const send = (heard: boolean) => {
          sent = outbox.offer(outbox.nextBatch());
          const answer = ledger.take(sent);
          return heard ? outbox.settle(sent, answer, 0) : 'settled';
        };
        for (const one of steps) {
          if (one.do === 'keep')
            for (let count = 0; count < one.count; count += 1)
              outbox.append([Buffer.from(JSON.stringify({ number: (kept += 1) }))], 0);
          else if (one.do === 'send') send(one.heard);
          else if (one.do === 'again') ledger.take(sent);
          else if (one.do === 'copy') ledger.keepCopy();
          else ledger.restore();
        }
        for (let tries = 0; send(true) !== 'settled'; tries += 1) expect(tries).toBeLessThan(20);
        const numbers: number[] = [];
        const expected: number[] = [];
        let next = 1;
        for (const body of ledger.bodies()) {
          if ('gap' in body) next += body.gap.lost ?? Number.NaN;
          else {
            numbers.push(body.number);
            expected.push(next++);
          }
        }
        expect(numbers).toEqual(expected);
        expect(next).toBe(kept + 1);
        expect(outbox.waiting()).toEqual({ pending: 0, bytes: 0, dropped: 0 });
        sql.close();
      }),
      { numRuns: 500 },
    );
  });
});
