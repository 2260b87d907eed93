import { lastEncryption, type LastEncryption } from '../../../breaches/last-encryption.ts';
import { ageWords } from '../../forms/moments.ts';
import { day, moment } from '../../words.ts';
import type { DeskCase, DeskDeps } from './desk-case.ts';

/** What a device told of its encryption, with how old that is: one factor of an assessment, and no more than that. */
export interface Known {
  readonly verdict: LastEncryption['verdict'];
  readonly words: string;
}

const SAYS: Readonly<Record<LastEncryption['verdict'], string>> = {
  pass: 'on, as the policy asks',
  fail: 'not on as the policy asks',
  unknown: 'the device could not tell, or no rule asks',
};

/** What is lost needs the minute; of anything else the last contact is told by day (invariant 10). */
const toTheMinute = ({ breach }: DeskCase): boolean => breach.category === 'lost' || breach.category === 'stolen';

interface When {
  readonly at: number;
  readonly text: string;
  /** What comes after an age: 3 hours ago, 3 hours before. */
  readonly since: string;
  readonly exact: boolean;
}

function wordsOf({ verdict, seenAt }: LastEncryption, { at, text, since, exact }: When): Known {
  if (seenAt === null) return { verdict: 'unknown', words: `${text}: the device had never been heard from.` };
  const age = exact
    ? `last heard from on ${moment(seenAt)}, ${ageWords(Date.parse(seenAt), at)} ${since}`
    : `last heard from on ${day(seenAt)}`;
  return { verdict, words: `${text}: ${SAYS[verdict]}; ${age}.` };
}

/** As it was when somebody reported it, where it was kept with the report. */
function asReported(it: DeskCase): Known[] {
  const { breach } = it;
  const { encryption } = JSON.parse(breach.observed) as { readonly encryption?: LastEncryption };
  if (breach.kind !== 'person' || encryption === undefined) return [];
  return [
    wordsOf(encryption, {
      at: breach.reported_at ?? breach.opened_at,
      text: 'When it was reported',
      since: 'before',
      exact: toTheMinute(it),
    }),
  ];
}

export async function encryptionWords({ db }: Pick<DeskDeps, 'db'>, it: DeskCase): Promise<Known[]> {
  const { breach, now } = it;
  if (breach.device === null)
    return [{ verdict: 'unknown', words: 'This is not about one device that is in the register.' }];
  return [
    ...asReported(it),
    wordsOf(await lastEncryption(db, breach.organisation, breach.device), {
      at: now,
      text: 'Now',
      since: 'ago',
      exact: toTheMinute(it),
    }),
  ];
}
