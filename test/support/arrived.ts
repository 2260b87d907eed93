import { bodyHash, type ChainPosition, linkOf, START } from '@beadle/shared';
import type { Council } from './council.ts';

interface Row {
  readonly device: string;
  readonly generation: number;
  readonly sequence: number;
  readonly link: string;
  readonly body: Uint8Array;
  readonly form: string;
}

export interface Arrived {
  /** The numbers of the numbered findings, in the order of the chain. */
  readonly numbers: number[];
  readonly gaps: { readonly cause: string; readonly from: number; readonly to: number; readonly lost: number | null }[];
  /** Whether every link follows from the one before and the bytes that are stored. */
  readonly chainIntact: boolean;
}

/** What the server holds of a device's present generation, recomputed from the stored bytes alone. */
export async function arrived(council: Council, assetTag: string): Promise<Arrived> {
  const rows = (await council
    .db()
    .selectFrom('findings')
    .innerJoin('devices', (join) =>
      join.onRef('devices.id', '=', 'findings.device').onRef('devices.generation', '=', 'findings.generation'),
    )
    .select(['findings.device', 'findings.generation', 'sequence', 'link', 'body', 'form'])
    .where('devices.asset_tag', '=', assetTag)
    .orderBy('sequence')
    .execute()) as Row[];
  const bodies = rows.map(
    ({ body }) =>
      JSON.parse(Buffer.from(body).toString()) as { observed?: { number?: number }; gap?: Arrived['gaps'][number] },
  );
  let position: ChainPosition = START;
  let chainIntact = true;
  for (const [index, row] of rows.entries()) {
    const gap = bodies[index]?.gap;
    const follows =
      gap === undefined
        ? row.sequence === position.sequence + 1
        : gap.from === position.sequence + 1 && gap.to === row.sequence;
    const link = linkOf({
      previous: position.link,
      device: row.device,
      generation: row.generation,
      sequence: row.sequence,
      bodyHash: bodyHash(row.body),
    });
    chainIntact &&= follows && link === row.link;
    position = row;
  }
  return {
    numbers: bodies.flatMap(({ observed }) => (typeof observed?.number === 'number' ? [observed.number] : [])),
    gaps: bodies.flatMap(({ gap }) =>
      gap === undefined ? [] : [{ cause: gap.cause, from: gap.from, to: gap.to, lost: gap.lost }],
    ),
    chainIntact,
  };
}

export interface BreachSummary {
  readonly ref: string;
  readonly rule: string;
  readonly subject: string;
  readonly status: string;
  readonly count: number;
  readonly severity: string;
}

export async function breachesOf(council: Council, assetTag: string): Promise<BreachSummary[]> {
  const { body } = await council.ask<{ items: BreachSummary[] }>('GET', `/api/v1/breaches?device=${assetTag}`);
  return body.items;
}
