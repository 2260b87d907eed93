import type { Block, Fact, Section } from '../../pdf/document.ts';
import { actorWords } from '../timeline-words.ts';
import { moment } from '../words.ts';

export const text = (words: string): Block => ({ kind: 'text', text: words });

/** Facts without those of which there is nothing to say. */
export const facts = (caption: string, found: readonly (Fact | false | null)[]): Block => ({
  kind: 'facts',
  caption,
  facts: found.filter((fact) => fact !== false && fact !== null),
});

export const fact = (name: string, value: string): Fact => ({ name, value });

/** A fact that is only there where it is known. */
export const known = (name: string, value: string | null | undefined): Fact | null =>
  value === null || value === undefined || value === '' ? null : { name, value };

export const momentOr = (time: string | null, otherwise: string): string => (time === null ? otherwise : moment(time));

export const doneBy = ({ at, by }: { readonly at: string; readonly by: string }): string =>
  `${moment(at)} by ${actorWords(by)}`;

export const section = (heading: string, ...blocks: readonly (Block | false)[]): Section => ({
  heading,
  blocks: blocks.filter((block) => block !== false),
});

const SHOWN = 300;

/** Short enough for a place where it only reminds; it stands elsewhere in full. */
export const shortened = (words: string): string => (words.length > SHOWN ? `${words.slice(0, SHOWN)} …` : words);
