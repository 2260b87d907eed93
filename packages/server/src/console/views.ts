import { join } from 'node:path';
import nunjucks from 'nunjucks';
import { kindWords } from '../authorisations/messages.ts';
import type { Assets } from './assets.ts';
import { govukFolder } from './stylesheet.ts';
import * as breachWords from './breach-words.ts';
import { assessmentWords, clockWords, reportedWords } from './case-words.ts';
import { factName, valueWords } from './fact-words.ts';
import * as timeline from './timeline-words.ts';
import { type LabelKind, labelOf } from './labels.ts';
import { facilityWords, systemName, withdrawalEventWords } from './withdrawal-words.ts';
import * as words from './words.ts';

export type Section =
  | 'overview'
  | 'my-device'
  | 'report'
  | 'breaches'
  | 'messages'
  | 'devices'
  | 'people'
  | 'registers'
  | 'policies'
  | 'authorisations'
  | 'withdrawals'
  | 'incidents'
  | 'helpdesk'
  | 'settings';

/** What the layout needs beside the page's own model. */
export interface Shell {
  /** The council's name. */
  readonly council: string;
  /** `OFFICIAL`, or what the council marks its documents with. */
  readonly marking: string;
  /** Said on every page where the data is invented. */
  readonly notice?: string | undefined;
  readonly nonce: string;
  /** The caller; undefined on pages that anyone may see. */
  readonly caller?: { readonly name: string; readonly role: string } | undefined;
  readonly csrf?: string | undefined;
  /** Which part of the navigation the page is in. */
  readonly section?: Section | undefined;
  /** The parts that the caller may open. */
  readonly sees?: readonly Section[] | undefined;
  readonly contact?: string | undefined;
  /** Whether the caller may search. */
  readonly searches?: boolean | undefined;
}

export interface Views {
  /** `name` is a file of views/ without its ending. Every value in `model` is escaped. */
  render(name: string, shell: Shell, model: object): string;
}

const FILTERS: Readonly<Record<string, (...given: never[]) => unknown>> = {
  day: words.day,
  moment: words.moment,
  exactly: words.exactly,
  daysAgo: words.daysAgo,
  told: words.told,
  systemWords: words.systemWords,
  factName: (name: string) => factName(name),
  valueWords: (name: string, value: unknown) => valueWords(name, value),
  capital: words.capital,
  humanise: words.humanise,
  reasonWords: words.reasonWords,
  dutyWords: words.dutyWords,
  kindWords,
  roleWords: words.roleWords,
  counted: words.count,
  sourceWords: words.sourceWords,
  handLines: words.handLines,
  signedInByWords: words.signedInByWords,
  facilityWords,
  systemName,
  withdrawalEventWords,
  clauseHasWords: (clause: string) => /[a-z]{3}/i.test(clause),
  eventWords: timeline.eventWords,
  actorWords: timeline.actorWords,
  channelWords: timeline.channelWords,
  detailLines: timeline.detailLines,
  triageWords: (value: string) => breachWords.wordOf(breachWords.TRIAGE_WORDS, value),
  tellWords: (value: string) => breachWords.wordOf(breachWords.TELL_WORDS, value),
  clockWords,
  categoryWords: (value: string) => breachWords.wordOf(breachWords.CATEGORY_WORDS, value),
  assessmentWords,
  reportedWords,
  label: (value: string, kind: LabelKind) => labelOf(kind, value),
  errorOn: (errors: readonly { field: string; text: string }[], field: string) =>
    errors.find((error) => error.field === field)?.text,
  /** Where a field of a form begins: a date has three of them. */
  anchorOf: (fields: readonly { name: string; kind: string }[], field: string) =>
    `#${field}${fields.some(({ name, kind }) => name === field && kind === 'date') ? '-day' : ''}`,
  lines: (text: string) => text.split('\n'),
  short: (hash: string) => hash.slice(0, 12),
};

export function createViews({ assets, now }: { readonly assets: Assets; readonly now: () => number }): Views {
  const folders = [join(import.meta.dirname, 'views'), join(govukFolder, 'dist')];
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(folders), {
    autoescape: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  for (const [name, filter] of Object.entries(FILTERS))
    environment.addFilter(name, filter as (...given: unknown[]) => unknown);
  return {
    render: (name, shell, model) => environment.render(`${name}.njk`, { ...model, shell, assets, now: now() }),
  };
}
