const SPECIAL = /[\\%_]/g;

/** A pattern of LIKE with `escape '\'` for what holds this text: `%`, `_` and the escape itself are letters like any other. */
export const containing = (text: string): string => `%${text.replaceAll(SPECIAL, String.raw`\$&`)}%`;
