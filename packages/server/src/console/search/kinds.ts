import type { Caller, Permission } from '../../access.ts';
import { listAuthorisations } from '../../authorisations/read.ts';
import { listIncidents } from '../../authorisations/incidents.ts';
import { kindWords } from '../../authorisations/messages.ts';
import { titleOf } from '../../breaches/appearance.ts';
import { clustersHolding } from '../../breaches/clusters/read.ts';
import { listBreaches } from '../../breaches/read.ts';
import type { Db } from '../../db/database.ts';
import { listExhibits } from '../../exhibits/read.ts';
import { listRecords } from '../../helpdesk/read.ts';
import { listDevices } from '../../devices/read.ts';
import { listPeople } from '../../people/store.ts';
import { listPrinters, listSticks } from '../../registers/read.ts';
import { listWithdrawals } from '../../withdrawals/read.ts';
import { linkTo } from '../console.ts';
import { capital, count, humanise } from '../words.ts';

/** So many of each kind are shown. */
export const SHOWN = 10;

export interface Asked {
  readonly db: Db;
  readonly caller: Caller;
  readonly q: string;
  readonly now: number;
}

export interface Found {
  readonly href: string;
  readonly text: string;
  readonly more: string;
}

export interface Kind {
  readonly title: string;
  /** Who has it is shown it; nobody else is told that there is any. */
  readonly permission: Permission;
  /** One more than `SHOWN` where there are more. */
  readonly find: (asked: Asked) => Promise<readonly Found[]>;
  /** The lists that have the rest, by this text; none where a list has no such filter. */
  readonly lists: (q: string) => readonly { readonly text: string; readonly href: string }[];
}

const at = (path: string, part: string): string => `${path}/${encodeURIComponent(part)}`;
const page = { limit: SHOWN } as const;

/** What is searched, in the order of the page. Each is read by the function of its own list, and so within its limits. */
export const KINDS: readonly Kind[] = [
  {
    title: 'Breaches',
    permission: 'breaches:read',
    find: async ({ db, caller, q }) =>
      (await listBreaches(db, caller, { q }, page)).map((breach) => ({
        href: at('/breaches', breach.ref),
        text: breach.ref,
        more: titleOf(breach),
      })),
    lists: (q) => [
      { text: 'open, for the officer', href: linkTo('/breaches', { queue: 'officer', q }) },
      { text: 'open, for ICT', href: linkTo('/breaches', { queue: 'ict', q }) },
      { text: 'ended', href: linkTo('/breaches', { queue: 'ended', q }) },
    ],
  },
  {
    title: 'Breaches of one cause',
    permission: 'breaches:read',
    find: async ({ db, caller, q }) =>
      (await clustersHolding(db, caller, q, SHOWN + 1)).map(({ ref, rule, total }) => ({
        href: at('/clusters', ref),
        text: ref,
        more: `${humanise(rule)}: ${count(total, 'breach', 'breaches')}`,
      })),
    lists: () => [{ text: 'all open', href: '/clusters' }],
  },
  {
    title: 'Devices',
    permission: 'devices:read',
    find: async ({ db, caller, q }) =>
      (await listDevices(db, caller.organisation, { q }, page)).map(
        ({ asset_tag: tag, kind, serial_number: serial }) => ({
          href: at('/devices', tag),
          text: tag,
          more: `${humanise(kind)}${serial === null ? '' : `, serial number ${serial}`}`,
        }),
      ),
    lists: (q) => [{ text: 'all that fit', href: linkTo('/devices', { q }) }],
  },
  {
    title: 'People',
    permission: 'people:read',
    find: async ({ db, caller, q }) =>
      (await listPeople(db, caller.organisation, { q, gone: true }, page)).map(({ account, name, gone_at: gone }) => ({
        href: at('/people', account),
        text: name,
        more: `${account}${gone === null ? '' : ', no longer listed'}`,
      })),
    lists: (q) => [{ text: 'all that fit', href: linkTo('/people', { q, gone: 'yes' }) }],
  },
  {
    title: 'Sticks',
    permission: 'registers:read',
    find: async ({ db, caller, q }) =>
      (await listSticks(db, caller.organisation, { q }, page)).map(({ serial, retired }) => ({
        href: at('/registers/sticks', serial),
        text: serial,
        more: retired === 1 ? 'Retired' : 'In use',
      })),
    lists: (q) => [{ text: 'all that fit', href: linkTo('/registers/sticks', { q }) }],
  },
  {
    title: 'Printers',
    permission: 'registers:read',
    find: async ({ db, caller, q }) =>
      (await listPrinters(db, caller.organisation, { q }, page)).map(({ id, pattern, class: kind }) => ({
        href: at('/registers/printers', id),
        text: pattern,
        more: capital(kind),
      })),
    lists: () => [{ text: 'all', href: '/registers/printers' }],
  },
  {
    title: 'Authorisations',
    permission: 'authorisations:request',
    find: async ({ db, caller, q, now }) =>
      (await listAuthorisations(db, caller, { q }, { ...page, now })).map(({ ref, kind }) => ({
        href: at('/authorisations', ref),
        text: ref,
        more: kindWords(kind),
      })),
    lists: () => [{ text: 'all', href: '/authorisations?show=all' }],
  },
  {
    title: 'Incidents',
    permission: 'authorisations:request',
    find: async ({ db, caller, q }) =>
      (await listIncidents(db, caller.organisation, { q, limit: SHOWN + 1 })).map(({ ref, title }) => ({
        href: at('/incidents', ref),
        text: ref,
        more: title,
      })),
    lists: () => [{ text: 'all', href: '/incidents' }],
  },
  {
    title: 'Access withdrawn',
    permission: 'withdrawals:read',
    find: async ({ db, caller, q }) =>
      (await listWithdrawals(db, caller, { q }, page)).map(({ ref, subjects }) => ({
        href: at('/withdrawals', ref),
        text: ref,
        more: (JSON.parse(subjects) as string[]).join(', '),
      })),
    lists: () => [{ text: 'all', href: '/withdrawals?show=all' }],
  },
  {
    title: 'Exhibits',
    permission: 'exhibits:read',
    find: async ({ db, caller, q }) =>
      (await listExhibits(db, caller, { q }, page)).map(({ ref, description }) => ({
        href: at('/exhibits', ref),
        text: ref,
        more: description,
      })),
    lists: () => [{ text: 'all that are held', href: '/exhibits' }],
  },
  {
    title: 'Faults and damage',
    permission: 'helpdesk:read',
    find: async ({ db, caller, q }) =>
      (await listRecords(db, caller, { q }, page)).map(({ ref, kind, asset_tag: tag }) => ({
        href: at('/helpdesk', ref),
        text: ref,
        more: `${capital(kind)}${tag === null ? '' : ` of ${tag}`}`,
      })),
    lists: () => [{ text: 'all', href: '/helpdesk?show=all' }],
  },
];
