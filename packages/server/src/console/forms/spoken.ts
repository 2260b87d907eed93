import type { Phrase, Say } from '../language/say.ts';
import type { FormField, Option } from './fields.ts';

const optionIn = ({ text, hint, fields, ...rest }: Option<Phrase>, say: Say): Option => ({
  ...rest,
  text: say(text),
  ...(hint === undefined ? {} : { hint: say(hint) }),
  ...(fields === undefined ? {} : { fields: fieldsIn(fields, say) }),
});

/** A form's questions in the language of its page: what is wrong with an answer is then said in it, too. */
export const fieldsIn = (fields: readonly FormField<Phrase>[], say: Say): FormField[] =>
  fields.map(({ label, hint, heading, missing, options, ...rest }) => ({
    ...rest,
    label: say(label),
    ...(hint === undefined ? {} : { hint: say(hint) }),
    ...(heading === undefined ? {} : { heading: say(heading) }),
    ...(missing === undefined ? {} : { missing: say(missing) }),
    ...(options === undefined ? {} : { options: options.map((option) => optionIn(option, say)) }),
  }));
