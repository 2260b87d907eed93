import type { Phrase } from '../../language/say.ts';

/** What each check sends and what it is for, for the person whose device it is. */
interface Collected {
  readonly what: Phrase;
  readonly why: Phrase;
}

const COLLECTED: Readonly<Record<string, Collected>> = {
  'disk-encryption': {
    what: 'The name of each disk, and whether it is encrypted',
    why: 'If a laptop is lost, its encryption is what keeps other people’s information safe',
  },
  'removable-media': {
    what: 'Of a stick, disk, card or telephone that was plugged in: its number, model and size, whether it is encrypted, and when. Never what is on it',
    why: 'The policy does not allow memory sticks unless somebody is authorised',
  },
  printing: {
    what: 'The printers that are set up. Of what was printed on a printer that is not allowed: the printer, when, and how many sheets. Never the name of a document',
    why: 'The policy does not allow printing at home unless somebody is authorised',
  },
  patches: {
    what: 'The system and its version, which security updates are waiting, and whether a restart is needed',
    why: 'Attackers use flaws that are known and not yet mended',
  },
  'malware-protection': {
    what: 'Whether protection against malware is on, and how old its list is. Never what it has found',
    why: 'The policy says that it must be on and up to date',
  },
  firewall: { what: 'Whether the firewall is on', why: 'The policy says that it must be on' },
  'screen-lock': {
    what: 'After how many minutes the screen locks itself',
    why: 'A screen that stays open can be read by others',
  },
  accounts: {
    what: 'Which accounts on the device may change all of it',
    why: 'The policy says who may be an administrator',
  },
  configuration: {
    what: 'Whether the device starts only systems that are signed',
    why: 'A changed system can hide anything',
  },
  'asset-tag': { what: 'The asset tag and the serial number', why: 'So that the right device is judged' },
  'agent-health': {
    what: 'The version of Beadle, how far its clock is out, how much waits to be sent, and what it used too much of',
    why: 'A device that cannot report shows nothing',
  },
  location: {
    what: 'The country that the device last called from, and nothing more exact. It is overwritten each time',
    why: 'The policy says in which countries a device may be used',
  },
  contact: {
    what: 'The day of its last call, and no list of calls',
    why: 'A device that has not called is not known to be safe',
  },
};

export interface CollectedWords extends Collected {
  readonly check: string;
}

/** Every check that there are words for. */
export const everyCheck = (): string[] => Object.keys(COLLECTED);

/** For these checks, in the order of the table; a check without words yet says so, rather than nothing. */
export function collectedWords(checks: readonly string[]): CollectedWords[] {
  const known = Object.entries(COLLECTED).filter(([check]) => checks.includes(check));
  const others = checks.filter((check) => !Object.hasOwn(COLLECTED, check));
  return [
    ...known.map(([check, words]) => ({ check, ...words })),
    ...others.map(
      (check): CollectedWords => ({
        check,
        what: 'What stands under “What was sent”',
        why: 'A rule of the policy asks for it',
      }),
    ),
  ];
}
