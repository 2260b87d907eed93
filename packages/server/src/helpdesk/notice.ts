import type { NoticeText } from '../notify/messages.ts';
import type { Kind } from './schema.ts';

interface Told {
  readonly ref: string;
  readonly kind: Kind;
  readonly assetTag: string | null;
  /** The server's public origin, for links. */
  readonly origin: string;
}

const WHAT = { fault: 'A fault', damage: 'Damage' } as const;

/** For ICT and, of damage, the insurance officer. Nothing in it names a person or says what somebody wrote. */
export function helpdeskNotice({ ref, kind, assetTag, origin }: Told): NoticeText {
  const path = `/helpdesk/${encodeURIComponent(ref)}`;
  const on = assetTag === null ? '' : ` on ${assetTag}`;
  return {
    title: `${ref}: ${WHAT[kind].toLowerCase()}${on} has been reported`,
    body: [
      `${WHAT[kind]}${on} has been reported to the helpdesk.`,
      `Reference: ${ref}`,
      'This is no breach, and stands on nobody’s record.',
      `What you need to do: look at what was reported.\n${origin}${path}`,
    ].join('\n\n'),
    event: { type: 'message', reference: ref, path },
  };
}
