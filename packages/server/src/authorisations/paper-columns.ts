import { createHash } from 'node:crypto';
import { AuthorisationScope, type Population, POPULATIONS, type Role, ROLES } from '@beadle/shared';
import Value from 'typebox/value';
import type { Column, Row } from '../registers/column.ts';
import { day, fitting, KEY, line, names, namesIn, oneOf, yesOrNo } from '../registers/column.ts';
import { filledCell } from '../registers/register.ts';
import { nameKey } from './lifecycle.ts';
import type { SafetyReview, Subject } from './schema.ts';

const SUBJECTS = ['person', 'devices', 'group', 'population'] as const;

const needed = (column: Column): Column => ({ ...column, needed: true, empty: undefined });

/** The columns of a file of approvals that exist on paper. */
export const PAPER_COLUMNS: readonly Column[] = [
  fitting('kind', /^[a-z0-9][a-z0-9-]{0,79}$/, 'a kind such as emergency-plan-stick', KEY),
  oneOf('for', SUBJECTS, KEY),
  line('subject', 2000, KEY),
  line('purpose', 2000, KEY),
  line('approver', 200, KEY),
  oneOf('approver_role', ROLES, KEY),
  needed(day('approved_on')),
  needed(day('from')),
  needed(day('to')),
  names('sticks'),
  yesOrNo('encrypted_only'),
  names('printers'),
  names('software'),
  names('accounts'),
  fitting('countries', /^[A-Z]{2}(;[A-Z]{2}){0,99}$/, 'countries by their two letters, such as FR;ES'),
  names('rules'),
  line('risks', 4000, { empty: 'As stated on the paper.' }),
  day('accepted_on'),
  fitting('incident', /^IN-\d{4}-\d{6,}$/, 'an incident such as IN-2026-000001'),
  day('reviewed_on'),
  line('review_actions', 1000),
];

/** What a line says. */
export interface PaperLine {
  readonly kind: string;
  readonly subject: Subject;
  readonly scope: AuthorisationScope;
  readonly purpose: string;
  readonly risks: string;
  readonly approver: { readonly name: string; readonly role: Role };
  /** Days; `to` is the last. */
  readonly approvedOn: string;
  readonly acceptedOn: string;
  readonly from: string;
  readonly to: string;
  readonly incident: string | null;
  readonly safetyReview: SafetyReview | null;
}

const LISTS = ['sticks', 'printers', 'software', 'accounts', 'countries', 'rules'] as const;

/** The scope of a line; undefined where something in it is not of the form that devices know. */
export function scopeIn(row: Row): AuthorisationScope | undefined {
  const lists = LISTS.map((name) => [name, namesIn(row[name] ?? null)] as const).filter(([, list]) => list.length > 0);
  const scope = { ...Object.fromEntries(lists), ...(row['encrypted_only'] === 'yes' ? { encryptedOnly: true } : {}) };
  return Value.Check(AuthorisationScope, scope) ? scope : undefined;
}

/** Whom a line is for; undefined where it names a population that there is not. */
export function subjectIn(row: Row): Subject | undefined {
  const subject = filledCell(row, 'subject');
  switch (filledCell(row, 'for')) {
    case 'person':
      return { person: subject };
    case 'group':
      return { group: subject };
    case 'devices': {
      const devices = [...new Set(subject.split(';').map((tag) => tag.trim()))].filter((tag) => tag !== '');
      return devices.length === 0 || devices.length > 100 ? undefined : { devices };
    }
    default: {
      const population = POPULATIONS.find((one): one is Population => one === subject.toLowerCase());
      return population === undefined ? undefined : { population };
    }
  }
}

/** A line whose subject and scope are of the right form. */
export function paperLineOf(row: Row, subject: Subject, scope: AuthorisationScope): PaperLine {
  const approvedOn = filledCell(row, 'approved_on');
  const reviewedOn = row['reviewed_on'] ?? null;
  const actions = row['review_actions'] ?? null;
  return {
    kind: filledCell(row, 'kind'),
    subject,
    scope,
    purpose: filledCell(row, 'purpose'),
    risks: row['risks'] ?? 'As stated on the paper.',
    approver: {
      name: filledCell(row, 'approver'),
      role: ROLES.find((role) => role === row['approver_role']) ?? 'worker',
    },
    approvedOn,
    // A form is signed by whoever accepts its risks before it is approved.
    acceptedOn: row['accepted_on'] ?? approvedOn,
    from: filledCell(row, 'from'),
    to: filledCell(row, 'to'),
    incident: row['incident'] ?? null,
    safetyReview:
      reviewedOn === null
        ? null
        : { reviewedOn, actionsRequired: actions !== null, ...(actions === null ? {} : { actionsDone: actions }) },
  };
}

/** One approval has one key, however its line is typed and its purpose worded: what says the same is the same. */
export function paperKey({ kind, subject, scope, approver, approvedOn, from, to }: PaperLine): string {
  const whom = Object.entries(subject).map(([name, value]) => [
    name,
    typeof value === 'string' ? nameKey(value) : value.toSorted(),
  ]);
  const lists = Object.entries(scope).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const said = JSON.stringify([kind, whom, lists, nameKey(approver.name), approver.role, approvedOn, from, to]);
  return `paper:${createHash('sha256').update(said).digest('hex')}`;
}
