import Type from 'typebox';
import { kindNamed } from '../../authorisations/kinds.ts';
import type { Phrase } from '../language/say.ts';

const NAMES = ['recordType', 'classification', 'quantity', 'copies', 'storage', 'transport'] as const;
type Name = (typeof NAMES)[number];
type Form = Readonly<Record<string, string | undefined>>;

const Field = Type.Optional(Type.String({ maxLength: 20_000 }));
export const paperFields = Object.fromEntries(NAMES.map((name) => [name, Field]));

const MISSING: Readonly<Record<Name, Phrase>> = {
  recordType: 'Enter what records they are',
  classification: 'Choose how the records are classified',
  quantity: 'Enter how much it is',
  copies: 'Choose whether they are originals or copies',
  storage: 'Enter how they are kept at home',
  transport: 'Enter how they are carried',
};

const concernsPaper = ({ kind = '' }: Form): boolean => kindNamed(kind)?.paper !== undefined;

/** What the form of a kind that is for paper (DBC701) asks for and others do not. */
export const PAPER_ERRORS = NAMES.map((field) => {
  const isMissing = (form: Form) => concernsPaper(form) && !form[field]?.trim();
  return [field, isMissing, MISSING[field]] as const;
});

/** The fields as a request has them; what is wrong with them is for its schema to say. */
export const paperIn = (form: Form) =>
  concernsPaper(form) ? { paper: Object.fromEntries(NAMES.map((name) => [name, form[name]?.trim()])) } : {};
