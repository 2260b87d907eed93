import { sql } from 'kysely';

const SPECIAL = /[\\%_]/g;

/** A pattern of LIKE with `escape '\'` for what holds this text: `%`, `_` and the escape itself are letters like any other. */
export const containing = (text: string): string => `%${text.replaceAll(SPECIAL, String.raw`\$&`)}%`;

/** Whether a column holds this text, in whatever case of the letters a to z. */
export const holding = (column: string, text: string) =>
  sql<boolean>`lower(${sql.ref(column)}) like ${containing(text.toLowerCase())} escape '\\'`;
