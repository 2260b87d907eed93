/** A spreadsheet runs what begins so as a formula (OWASP, CSV Injection); an apostrophe before it makes it a text. */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (text: string): string => {
  const defused = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
};

/** A table as RFC 4180 has it, with a byte order mark, by which Excel knows UTF-8. */
export const csv = (rows: readonly (readonly (string | null)[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map((text) => cell(text ?? '')).join(',')}\r\n`).join('')}`;
