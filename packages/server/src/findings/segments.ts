import { GENESIS, iso } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import type { Segment } from '../evidence/chain.ts';

/** More is counted in the report and not packed: the newest are. */
const MOST_HELD = 2000;
/** Hashes of what lies between two findings that a breach rests on, beyond which the chain is told in parts. */
const MOST_BETWEEN = 20_000;

interface Span {
  readonly device: string;
  readonly generation: number;
  readonly first: number;
  readonly last: number;
}

interface Held {
  readonly device: string;
  readonly generation: number;
  readonly sequence: number;
  readonly body: Uint8Array | null;
  readonly received_at: number;
}

/** What a breach rests on, with the received bytes, in the order of each chain. */
async function heldBy(db: Db, organisation: string, breach: string): Promise<Held[]> {
  const rows = await db
    .selectFrom('findings')
    .innerJoin('breach_findings', (join) =>
      join
        .onRef('breach_findings.organisation', '=', 'findings.organisation')
        .onRef('breach_findings.device', '=', 'findings.device')
        .onRef('breach_findings.generation', '=', 'findings.generation')
        .onRef('breach_findings.sequence', '=', 'findings.sequence'),
    )
    .select(['findings.device', 'findings.generation', 'findings.sequence', 'findings.body', 'findings.received_at'])
    .where('findings.organisation', '=', organisation)
    .where('breach_findings.breach', '=', breach)
    .orderBy('findings.received_at', 'desc')
    .orderBy('findings.sequence', 'desc')
    .limit(MOST_HELD)
    .execute();
  return rows.toSorted((a, b) => a.generation - b.generation || a.sequence - b.sequence);
}

/** One span for each chain where it is short enough, else one for each finding. */
function spansOf(held: readonly Held[]): Span[] {
  return [...Map.groupBy(held, ({ device, generation }) => `${generation} ${device}`).values()].flatMap((of) => {
    const [first, last] = [of[0], of.at(-1)];
    if (first === undefined || last === undefined) return [];
    const spanOf = ({ device, generation, sequence }: Held, until: number) => ({
      device,
      generation,
      first: sequence,
      last: until,
    });
    const isShort = last.sequence - first.sequence <= MOST_BETWEEN;
    return isShort ? [spanOf(first, last.sequence)] : of.map((one) => spanOf(one, one.sequence));
  });
}

const chainOf = (db: Db, organisation: string, { device, generation }: Span) =>
  db
    .selectFrom('findings')
    .select(['sequence', 'link', 'body_hash'])
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('generation', '=', generation);

async function segmentOf(db: Db, organisation: string, span: Span, held: ReadonlyMap<string, Held>): Promise<Segment> {
  const { device, generation, first, last } = span;
  const before = await chainOf(db, organisation, span)
    .where('sequence', '<', first)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const rows = await chainOf(db, organisation, span)
    .where('sequence', '>=', first)
    .where('sequence', '<=', last)
    .orderBy('sequence')
    .execute();
  const links = rows.map(({ sequence, link, body_hash: bodyHash }) => {
    const one = held.get(keyOf({ device, generation, sequence }));
    if (one === undefined) return { sequence, bodyHash, link };
    const body = one.body === null ? null : Buffer.from(one.body).toString('base64');
    return { sequence, bodyHash, link, receivedAt: iso(one.received_at), body };
  });
  return { device, generation, previous: before?.link ?? GENESIS, links };
}

const keyOf = ({ device, generation, sequence }: Pick<Held, 'device' | 'generation' | 'sequence'>): string =>
  `${device} ${generation} ${sequence}`;

/** The parts of devices' chains that a breach rests on, by which whoever has them can follow the links. */
export async function segmentsOfBreach(db: Db, organisation: string, breach: string): Promise<Segment[]> {
  const held = await heldBy(db, organisation, breach);
  const byKey = new Map(held.map((one) => [keyOf(one), one]));
  return Promise.all(spansOf(held).map((span) => segmentOf(db, organisation, span, byKey)));
}
