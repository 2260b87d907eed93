import type { Role } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { type NoticeText, paragraphs } from '../notify/messages.ts';
import { queueNotice } from '../notify/queue.ts';
import type { OrderDeps } from './deps.ts';
import type { Withdrawal } from './store.ts';

const ICT: Role = 'ict-administrator';
const OFFICER: Role = 'information-security-team-leader';

type TellDeps = Pick<OrderDeps, 'now' | 'random' | 'origin'>;

/** Whose access it is stands behind the link alone. */
function text(
  { ref }: Withdrawal,
  { origin }: TellDeps,
  {
    type,
    title,
    lines,
  }: {
    readonly type: 'withdrawal.ordered' | 'withdrawal.attention';
    readonly title: string;
    readonly lines: readonly string[];
  },
): NoticeText {
  const path = `/withdrawals/${encodeURIComponent(ref)}`;
  return {
    title: `${ref}: ${title}`,
    body: paragraphs(...lines, `Reference: ${ref}\n${origin}${path}`),
    event: { type, reference: ref, path },
  };
}

async function tell(tx: Tx, { organisation }: Withdrawal, roles: readonly Role[], message: NoticeText, deps: TellDeps) {
  for (const role of roles)
    await queueNotice(tx, { organisation, role, ...message, breaches: [], at: deps.now }, deps.random);
}

/** A second person is needed. */
export const tellOfApproval = (tx: Tx, withdrawal: Withdrawal, deps: TellDeps): Promise<void> =>
  tell(
    tx,
    withdrawal,
    [ICT, 'siro'],
    text(withdrawal, deps, {
      type: 'withdrawal.attention',
      title: 'a withdrawal of access needs a second person',
      lines: [
        `${withdrawal.requested_by} has asked that access be withdrawn. It is permanent or for a group, so that a second person has to decide.`,
        'What you need to do: look at what would change, then approve or refuse it. Nothing is withdrawn until then.',
      ],
    }),
    deps,
  );

interface Ordered {
  readonly councillor: boolean;
  readonly dryRun: boolean;
}

/** The officer, and the Monitoring Officer where a councillor is among those whose access it is. */
export async function tellOfOrder(
  tx: Tx,
  withdrawal: Withdrawal,
  { councillor, dryRun }: Ordered,
  deps: TellDeps,
): Promise<void> {
  const what = dryRun
    ? 'ICT has tried what a withdrawal of access would change. Nothing has been withdrawn.'
    : 'ICT has ordered that access be withdrawn.';
  const title = dryRun ? 'nothing has been withdrawn (dry run)' : 'access is being withdrawn';
  const message = text(withdrawal, deps, {
    type: 'withdrawal.ordered',
    title,
    lines: [what, 'What you need to do: nothing, unless you think that it is wrong.'],
  });
  await tell(tx, withdrawal, [OFFICER], message, deps);
  if (!councillor || dryRun) return;
  const lines = [
    'ICT has ordered that access be withdrawn. A councillor is among those whose access it is.',
    'What you need to do: ask ICT, naming the reference, if you need to know more.',
  ];
  await tell(
    tx,
    withdrawal,
    ['monitoring-officer'],
    text(withdrawal, deps, { type: 'withdrawal.ordered', title, lines }),
    deps,
  );
}

/** How many parts wait for a person: ICT is told once for so many, and again where there are more. */
export const tellOfNeed = (tx: Tx, withdrawal: Withdrawal, count: number, deps: TellDeps): Promise<void> =>
  tell(
    tx,
    withdrawal,
    [ICT],
    text(withdrawal, deps, {
      type: 'withdrawal.attention',
      title: count === 1 ? 'one part needs a person' : `${count} parts need a person`,
      lines: [
        'Beadle cannot go on with this by itself.',
        'What you need to do: read what stands in the way, and put it right.',
      ],
    }),
    deps,
  );

export const tellOfReview = (tx: Tx, withdrawal: Withdrawal, deps: TellDeps): Promise<void> =>
  tell(
    tx,
    withdrawal,
    [ICT],
    text(withdrawal, deps, {
      type: 'withdrawal.attention',
      title: 'access is still withdrawn: look at it again',
      lines: [
        'The day has come on which this was to be looked at again.',
        'What you need to do: decide whether it is still needed. If it is not, give the access back.',
      ],
    }),
    deps,
  );

/** What could not be given back exactly. */
export const tellOfLeft = (tx: Tx, withdrawal: Withdrawal, count: number, deps: TellDeps): Promise<void> =>
  tell(
    tx,
    withdrawal,
    [ICT],
    text(withdrawal, deps, {
      type: 'withdrawal.attention',
      title: 'access has been given back, but not all of it',
      lines: [
        count === 1
          ? 'One thing could not be given back as it was.'
          : `${count} things could not be given back as they were.`,
        'What you need to do: read what they are, and decide.',
      ],
    }),
    deps,
  );
