import { bodyHash, type ChainPosition, linkOf, START } from '@beadle/shared';
import type { Db } from '../db/database.ts';

const AT_ONCE = 1000;

interface Generation {
  readonly organisation: string;
  readonly device: string;
  readonly generation: number;
}

const findingsAfter = (db: Db, { organisation, device, generation }: Generation, sequence: number) =>
  db
    .selectFrom('findings')
    .select(['sequence', 'link', 'body_hash', 'body', 'form'])
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('generation', '=', generation)
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(AT_ONCE)
    .execute();
type Finding = Awaited<ReturnType<typeof findingsAfter>>[number];

/** Whether the finding follows on `position` by the bytes that are stored (docs/protocol.md). An erased one has its hash. */
function followsOn(position: ChainPosition, { device, generation }: Generation, finding: Finding): boolean {
  const { sequence, body, body_hash: hash } = finding;
  if (body !== null && bodyHash(body) !== hash) return false;
  // A gap takes the places of what is lost; any other takes the next one.
  if (finding.form !== 'gap' && sequence !== position.sequence + 1) return false;
  return finding.link === linkOf({ previous: position.link, device, generation, sequence, bodyHash: hash });
}

/** The place of the first finding that does not fit, where there is one. */
async function firstBreak(db: Db, place: Generation, head: ChainPosition): Promise<number | undefined> {
  let position: ChainPosition = START;
  for (;;) {
    const findings = await findingsAfter(db, place, position.sequence);
    for (const finding of findings) {
      if (!followsOn(position, place, finding)) return finding.sequence;
      position = { sequence: finding.sequence, link: finding.link };
    }
    if (findings.length < AT_ONCE) break;
  }
  return position.sequence === head.sequence && position.link === head.link ? undefined : position.sequence + 1;
}

export interface ChainsFound {
  /** How many were followed: one a generation of each device. */
  readonly chains: number;
  /** Each one that does not fit, in words. */
  readonly broken: readonly string[];
}

/** Follows every device's record from its first finding to the head that the next check-in goes on from. */
export async function verifyChains(db: Db): Promise<ChainsFound> {
  const heads = await db
    .selectFrom('heads')
    .innerJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'heads.organisation').onRef('devices.id', '=', 'heads.device'),
    )
    .select(['heads.organisation', 'heads.device', 'heads.generation', 'heads.sequence', 'heads.link', 'asset_tag'])
    .execute();
  const broken: string[] = [];
  for (const head of heads) {
    const at = await firstBreak(db, head, head);
    if (at !== undefined)
      broken.push(`the record of ${head.asset_tag} (generation ${head.generation}) at finding ${at}`);
  }
  return { chains: heads.length, broken };
}
