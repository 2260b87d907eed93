import { AUTHORISATION } from './authorisation.ts';
import { AUTHORISATIONS } from './authorisations.ts';
import { COLLECTED } from './collected.ts';
import { FRAME } from './frame.ts';
import { MINE } from './mine.ts';
import { NAMES } from './names.ts';
import { REPORT } from './report.ts';
import { RIGHTS } from './rights.ts';
import { SIGN_IN } from './sign-in.ts';

/** Everything that a worker reads, each by its words in English: what is not here has no Welsh. */
export const WELSH = {
  ...FRAME,
  ...SIGN_IN,
  ...MINE,
  ...COLLECTED,
  ...REPORT,
  ...AUTHORISATIONS,
  ...AUTHORISATION,
  ...RIGHTS,
  ...NAMES,
} as const;

/** A text of ours that there is in Welsh, as it is in English. */
export type Phrase = keyof typeof WELSH;
