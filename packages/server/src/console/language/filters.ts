import nunjucks from 'nunjucks';
import { kindWords } from '../../authorisations/messages.ts';
import { subjectWords } from '../../authorisations/subjects.ts';
import type { FieldError } from '../forms/fields.ts';
import { wordOf } from '../breach-words.ts';
import { OUTCOME_WORDS, RIGHTS_WORDS } from '../rights-words.ts';
import { type LabelKind, labelOf } from '../labels.ts';
import { actorWords, eventWords } from '../timeline-words.ts';
import * as english from '../words.ts';
import type { Language } from './language.ts';
import { momentsIn } from './moments.ts';
import { sayIn, translate } from './say.ts';
import { WELSH_REASONS } from './welsh/reasons.ts';

type Subject = Parameters<typeof subjectWords>[0];
type Wrong = Pick<FieldError, 'text' | 'english'>;

/** Which the types leave out. */
const { escape } = nunjucks.lib as unknown as { readonly escape: (text: string) => string };

/** A refusal of the server is English, and says so to whoever has it read aloud. */
const shown = ({ text, english: isEnglish }: Wrong, language: Language) =>
  isEnglish && language !== 'en' ? { html: `<span lang="en">${escape(text)}</span>` } : { text };

function subjectIn(subject: Subject, language: Language): string {
  const say = sayIn(language);
  if (language === 'en' || 'person' in subject) return subjectWords(subject);
  if ('group' in subject) return say('the group {name}', { name: subject.group });
  if ('population' in subject) return say('everybody who is registered as {name}', { name: subject.population });
  return subject.devices.length === 1
    ? say('device {name}', { name: subject.devices[0] ?? '' })
    : say('devices {names}', { names: subject.devices.join(', ') });
}

function reasonIn(reason: string, language: Language): string {
  const isOurs = (text: string): text is keyof typeof WELSH_REASONS => Object.hasOwn(WELSH_REASONS, text);
  return language === 'cy' && isOurs(reason) ? WELSH_REASONS[reason] : english.reasonWords(reason);
}

/** The filters of views that differ between the languages. */
export function filtersIn(language: Language): Readonly<Record<string, (...given: never[]) => unknown>> {
  const say = (text: string) => translate(language, text);
  const { day, moment } = momentsIn(language);
  const message = (wrong: Wrong) => ({ ...shown(wrong, language), visuallyHiddenText: say('Error') });
  return {
    day,
    moment,
    label: (value: string, kind: LabelKind) => {
      const { text, colour } = labelOf(kind, value);
      return { text: say(text), colour };
    },
    reasonWords: (reason: string) => reasonIn(reason, language),
    roleWords: (role: string) => say(english.roleWords(role)),
    kindWords: (kind: string) => say(kindWords(kind)),
    checkWords: (check: string) => say(english.humanise(check)),
    subjectWords: (subject: Subject) => subjectIn(subject, language),
    signedInByWords: (by: string) => say(english.signedInByWords(by)),
    eventWords: (type: string) => say(eventWords(type)),
    actorWords: (actor: string) =>
      actor.startsWith('token:') ? sayIn(language)('the program {name}', { name: actor.slice(6) }) : actorWords(actor),
    rightsWords: (kind: string) => say(wordOf(RIGHTS_WORDS, kind)),
    outcomeWords: (outcome: string) => say(wordOf(OUTCOME_WORDS, outcome)),
    /** What is said at a field, where something is. */
    errorMessage: (errors: readonly FieldError[], field: string) => {
      const found = errors.find((error) => error.field === field);
      return found === undefined ? undefined : message(found);
    },
    errorText: (error: Wrong | string | undefined) =>
      error === undefined ? undefined : message(typeof error === 'string' ? { text: error } : error),
    errorList: (errors: readonly FieldError[]) =>
      errors.map((error) => ({ ...shown(error, language), href: `#${error.field}` })),
  };
}
