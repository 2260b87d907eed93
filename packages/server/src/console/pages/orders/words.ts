import type { RestrictionKind } from '@beadle/shared';

interface KindWords {
  /** A heading: what is ordered. */
  readonly name: string;
  /** What it does, for whoever chooses. */
  readonly does: string;
}

export const KIND_WORDS: Readonly<Record<RestrictionKind | 'message' | 'resend', KindWords>> = {
  lock: {
    name: 'Lock',
    does: 'Locks each session, again at each sign-in. Nothing on the device is changed or lost.',
  },
  'sign-out': {
    name: 'Sign out',
    does: 'Ends each session, again at each sign-in. Work that was not saved is lost.',
  },
  isolate: {
    name: 'Isolate from the network',
    does: 'Leaves this server reachable and nothing else.',
  },
  'block-removable-media': {
    name: 'Block removable media',
    does: 'No memory stick or disk that is plugged in can be used.',
  },
  'lost-mode': {
    name: 'Mark as lost',
    does: 'Locks it, with a notice for whoever finds it.',
  },
  message: { name: 'Message', does: 'Is shown once to whoever is signed in.' },
  resend: { name: 'Send again', does: 'Sends again how the device stands by each rule.' },
};

export const nameOfKind = (kind: string): string =>
  Object.hasOwn(KIND_WORDS, kind) ? KIND_WORDS[kind as keyof typeof KIND_WORDS].name : kind;

export const MESSAGE_UNTIL = 'It is not shown if the device is not connected within seven days.';
