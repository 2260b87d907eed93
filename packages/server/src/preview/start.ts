import type { Clock, PolicyDocument, Random } from '@beadle/shared';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { countDevices } from '../devices/read.ts';
import { enqueue } from '../jobs/queue.ts';
import type { JobKind } from '../jobs/run.ts';
import { advance } from './run.ts';
import { insertPreview, type Preview } from './store.ts';

export const PREVIEW_JOB = 'policy-preview';
/** As many devices are judged while the caller waits; for more there is a job. */
export const WHILE_WAITING = 1000;
/** A device that has not been heard from for longer tells nothing of today. */
export const FACTS_AT_MOST_DAYS = 14;

export interface PreviewDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Wanted {
  readonly organisation: string;
  readonly document: PolicyDocument;
  readonly source: string;
  readonly by: string;
  readonly factsAtMostDays?: number | undefined;
}

/** Keeps a preview to be made, and that somebody asked for it; with a job where `queue` says so of that many devices. */
export async function beginPreview(
  { db, clock, random }: PreviewDeps,
  { factsAtMostDays = FACTS_AT_MOST_DAYS, ...wanted }: Wanted,
  queue: (devices: number) => boolean,
): Promise<{ readonly id: string; readonly queued: boolean }> {
  const { organisation, document, by } = wanted;
  const at = clock.now();
  const total = await countDevices(db, organisation, { enrolled: true });
  const queued = queue(total);
  const id = await inTransaction(db, async (tx) => {
    const made = await insertPreview(tx, { ...wanted, at, total, factsAtMostDays }, random);
    if (queued) await enqueue(tx, jobOf(organisation, made, at), random);
    const act = { organisation, at, actor: by, action: 'policy-previewed', target: `policy:${document.version}` };
    await recordAct(tx, { ...act, detail: { preview: made } });
    return made;
  });
  return { id, queued };
}

const jobOf = (organisation: string, id: string, at: number) => ({
  organisation,
  kind: PREVIEW_JOB,
  key: id,
  payload: { id },
  runAt: at,
  at,
});

/** Goes on with a preview for as long as its lease lasts, and leaves the rest to the next run. */
export const previewJob = ({ db, clock, random }: PreviewDeps): JobKind => ({
  forever: false,
  async run(payload, { organisation, signal }) {
    const { id } = payload as { readonly id: string };
    const preview = await advance(db, organisation, id, { clock, signal });
    if (preview?.status !== 'running') return;
    const at = clock.now();
    await inTransaction(db, (tx) => enqueue(tx, jobOf(organisation, id, at), random));
  },
});

/** A preview that was made while whoever asked for it waited, or that a job makes. */
export async function startPreview(
  deps: PreviewDeps & { readonly wake: () => void },
  wanted: Wanted,
): Promise<Preview> {
  const { id, queued } = await beginPreview(deps, wanted, (devices) => devices > WHILE_WAITING);
  if (queued) deps.wake();
  // Of one that is queued only what is there.
  const signal = queued ? AbortSignal.abort() : undefined;
  const preview = await advance(deps.db, wanted.organisation, id, { clock: deps.clock, signal });
  if (preview === undefined) throw new Error('a preview that was just begun is not there');
  return preview;
}
