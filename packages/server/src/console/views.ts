import { join } from 'node:path';
import nunjucks from 'nunjucks';
import type { Assets } from './assets.ts';
import { govukFolder } from './stylesheet.ts';
import * as breachWords from './breach-words.ts';
import { assessmentWords, clockWords, reportedWords } from './case-words.ts';
import { factName, valueWords } from './fact-words.ts';
import * as timeline from './timeline-words.ts';
import { filtersIn } from './language/filters.ts';
import type { Language } from './language/language.ts';
import { isPhrase, translate } from './language/say.ts';
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
  | 'rights'
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
  /** The language that its reader has chosen; English where it is left out, or where the page is in English alone. */
  readonly language?: Language | undefined;
  /** Where whoever changes the language comes back to. */
  readonly again?: string | undefined;
  /** Those in which the caller has a role, where it is more than their own. */
  readonly organisations?:
    | readonly { readonly id: string; readonly name: string; readonly isHere: boolean }[]
    | undefined;
  /** Whether the caller may search. */
  readonly searches?: boolean | undefined;
}

export interface Views {
  /** `name` is a file of views/ without its ending. Every value in `model` is escaped. */
  render(name: string, shell: Shell, model: object): string;
}

const FILTERS: Readonly<Record<string, (...given: never[]) => unknown>> = {
  exactly: words.exactly,
  daysAgo: words.daysAgo,
  told: words.told,
  systemWords: words.systemWords,
  factName: (name: string) => factName(name),
  valueWords: (name: string, value: unknown) => valueWords(name, value),
  capital: words.capital,
  humanise: words.humanise,
  dutyWords: words.dutyWords,
  counted: words.count,
  sourceWords: words.sourceWords,
  handLines: words.handLines,
  facilityWords,
  systemName,
  withdrawalEventWords,
  clauseHasWords: (clause: string) => /[a-z]{3}/i.test(clause),
  channelWords: timeline.channelWords,
  detailLines: timeline.detailLines,
  triageWords: (value: string) => breachWords.wordOf(breachWords.TRIAGE_WORDS, value),
  tellWords: (value: string) => breachWords.wordOf(breachWords.TELL_WORDS, value),
  clockWords,
  categoryWords: (value: string) => breachWords.wordOf(breachWords.CATEGORY_WORDS, value),
  assessmentWords,
  reportedWords,
  errorOn: (errors: readonly { field: string; text: string }[], field: string) =>
    errors.find((error) => error.field === field)?.text,
  isPhrase: (text: string) => isPhrase(text),
  /** Where a field of a form begins: a date has three of them. */
  anchorOf: (fields: readonly { name: string; kind: string }[], field: string) =>
    `#${field}${fields.some(({ name, kind }) => name === field && kind === 'date') ? '-day' : ''}`,
  isBefore: (time: words.Time, now: number) => new Date(time).getTime() < now,
  lines: (text: string) => text.split('\n'),
  short: (hash: string) => hash.slice(0, 12),
};

function makeEnvironment(language: Language): nunjucks.Environment {
  const folders = [join(import.meta.dirname, 'views'), join(govukFolder, 'dist')];
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(folders), {
    autoescape: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  for (const [name, filter] of Object.entries({ ...FILTERS, ...filtersIn(language) }))
    environment.addFilter(name, filter as (...given: unknown[]) => unknown);
  environment.addGlobal('language', language);
  environment.addGlobal('t', (text: string, values?: Readonly<Record<string, string>>) =>
    translate(language, text, values),
  );
  return environment;
}

const environments = new Map<Language, nunjucks.Environment>();

/** With the templates that it has compiled: one for each language, whatever applications show their pages by it. */
function environmentIn(language: Language): nunjucks.Environment {
  const made = environments.get(language) ?? makeEnvironment(language);
  environments.set(language, made);
  return made;
}

/**
 * The views that are in both languages: what a worker uses. Any other is in English alone, and offers no other language:
 * a page whose frame is Welsh and whose text is not would be read aloud by the wrong rules.
 */
const IN_BOTH: ReadonlySet<string> = new Set([
  'accessibility',
  'authorisation',
  'authorisation-new',
  'authorisations',
  'code-used',
  'my-actions',
  'my-device',
  'my-right',
  'my-rights',
  'my-rights-new',
  'privacy',
  'problem',
  'recovery-codes',
  'report-broken',
  'report-broken-sent',
  'report-sent',
  'report-something',
  'second-factor',
  'second-factor-set-up',
  'sessions',
  'sign-in',
  'sign-in-failed',
]);
export const isInBoth = (view: string): boolean => IN_BOTH.has(view);

export function createViews({ assets, now }: { readonly assets: Assets; readonly now: () => number }): Views {
  return {
    render: (name, shell, model) => {
      const environment = environmentIn(isInBoth(name) ? (shell.language ?? 'en') : 'en');
      return environment.render(`${name}.njk`, { ...model, shell, assets, now: now() });
    },
  };
}
