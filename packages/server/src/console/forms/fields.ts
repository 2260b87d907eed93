import Type from 'typebox';

export interface Option<Words extends string = string> {
  readonly value: string;
  readonly text: Words;
  readonly hint?: Words;
  /** Asked only where this one is chosen; of the answers to a question one may ask more. */
  readonly fields?: readonly FormField<Words>[];
}

/** One question of a form, in the words of whoever answers it; of a page in both languages these are phrases. */
export interface FormField<Words extends string = string> {
  readonly name: string;
  readonly kind: 'line' | 'text' | 'number' | 'choice' | 'list' | 'moment' | 'day';
  readonly label: Words;
  readonly hint?: Words;
  /** A heading above this field and those that follow it. */
  readonly heading?: Words;
  /** What is said where it is left empty; without, it may be. */
  readonly missing?: Words;
  /** Characters, or for a number the number itself, at the most. */
  readonly most?: number;
  readonly options?: readonly Option<Words>[];
  /** Of a moment: the time of day may be left empty, which stands for the beginning of the day. */
  readonly timeOptional?: boolean;
}

export interface FieldError {
  readonly field: string;
  readonly text: string;
  /** The text is English whatever the page is in: what a refusal of the server says. */
  readonly english?: true;
}

/** What was entered: text as it is, moments and days as on the wire. What was left empty is not there. */
export type Values = Readonly<Record<string, string>>;
/** A form as it was sent. */
export type Sent = Readonly<Record<string, string | undefined>>;

export const MOMENT_PARTS = ['day', 'month', 'year', 'time'] as const;

const namesOf = (field: FormField): string[] => {
  const own = field.kind === 'moment' || field.kind === 'day' ? partsOfName(field) : [field.name];
  return [...own, ...(field.options ?? []).flatMap(({ fields = [] }) => fields.flatMap(namesOf))];
};

const partsOfName = ({ name, kind }: FormField): string[] =>
  MOMENT_PARTS.filter((part) => kind === 'moment' || part !== 'time').map((part) => `${name}-${part}`);

const Sent = Type.Optional(Type.String({ maxLength: 50_000 }));

/** What a form may send: its fields and the step that it is at, nothing else. */
export const formSchema = (fields: readonly FormField[]) =>
  Type.Object(
    Object.fromEntries(['step', ...fields.flatMap(namesOf)].map((name) => [name, Sent])) as Record<string, typeof Sent>,
    { additionalProperties: false },
  );

/** Where the link of an error leads. */
export const anchorOf = ({ name, kind }: FormField): string =>
  kind === 'moment' || kind === 'day' ? `${name}-day` : name;
