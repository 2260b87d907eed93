import { BODIES, TEXTS } from './corpus.ts';
import type { Dice } from './dice.ts';
import { textOf as json } from './mutate.ts';

export const BOUNDARY = 'hostile-boundary';

type Columns = Readonly<Record<string, readonly string[]>>;

/** Of each register, by the last part of the address that takes it: its columns, with what may stand in them. */
const COLUMNS: Readonly<Record<string, Columns>> = {
  people: {
    account: ['sam.rivers', 'kim', 'lee-3'],
    name: ['Sam Rivers', 'Kim'],
    email: ['sam@example.org', ''],
    population: ['employee', 'councillor', 'contractor'],
    line_manager: ['kim', 'sam.rivers', ''],
    starts_on: ['2026-01-01', ''],
    ends_on: ['2027-01-01', '2025-01-01', ''],
    groups: ['Housing', 'Housing;Planning', ''],
  },
  devices: {
    asset_tag: ['DBC-1', 'DBC-2', 'DBC-3'],
    serial_number: ['S1', ''],
    kind: ['laptop', 'tablet'],
    holder: ['kim', ''],
  },
  sticks: { serial: ['ST1', 'ST2'], encrypts_in_hardware: ['yes', 'no'], holder: ['kim', ''], retired: ['no', 'yes'] },
  authorisations: {
    kind: ['emergency-plan-stick', 'overseas'],
    for: ['person', 'devices', 'group', 'population'],
    subject: ['kim', 'DBC-1', 'Housing', 'employee'],
    purpose: ['the plan'],
    approver: ['Lee Director', 'kim'],
    approver_role: ['siro', 'director', 'information-security-team-leader'],
    approved_on: ['2026-06-01', '2026-01-01'],
    from: ['2026-06-01'],
    to: ['2026-07-01', '2027-06-01'],
    sticks: ['ST1;ST2', ''],
    countries: ['FR;ES', ''],
    accepted_on: ['2026-06-01', ''],
  },
  printers: { pattern: ['ipp://office/*', '*'], class: ['council', 'home'], note: ['by the stairs', ''] },
};

/** `/api/v1/registers/sticks/import` and `/import/sticks` are of sticks. */
function columnsOf(url: string): Columns {
  const name = Object.keys(COLUMNS).find((one) => url.split('/').includes(one));
  if (name === undefined) throw new Error(`${url} takes a CSV file of what test/hostile/files.ts knows nothing`);
  return COLUMNS[name] ?? {};
}

const rowsOf = (
  url: string,
  cell: (values: readonly string[], column: string) => string,
  count: number,
): string[][] => {
  const columns = Object.entries(columnsOf(url));
  return Array.from({ length: count }, () => columns.map(([name, values]) => cell(values, name)));
};

const line = (cells: readonly string[]): string => cells.join(',');

/** A file as a register wants it, or nearly. */
export const csvOf = (url: string, dice: Dice): string =>
  [line(Object.keys(columnsOf(url))), ...rowsOf(url, (values) => dice.pick(values), 1 + dice.below(3)).map(line)].join(
    '\n',
  );

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const FORMULAS = ['=1+1', '@SUM(A1)', '+cmd|calc', '-2+3', '\t=1', '\u0000', '9'.repeat(400), '2026-13-45', '"', "''"];
const HEADS = ['__proto__', 'account,account', '', ';', '\ufeffaccount', 'constructor', ','.repeat(20_000)];

/** A file with what means something to a spreadsheet, a parser of CSV, SQL or a page; or one that is none. */
export function spoiltCsv(url: string, dice: Dice): Buffer {
  const head = line(Object.keys(columnsOf(url)));
  const bad = (values: readonly string[]) =>
    dice.chance(0.5) ? dice.pick(values) : quoted(dice.pick(dice.chance(0.5) ? TEXTS : FORMULAS));
  const rows = rowsOf(url, bad, 1 + dice.below(4)).map(line);
  const text = dice.pick([
    () => [head, ...rows].join(dice.pick(['\n', '\r\n', '\r', '\u2028'])),
    () => `${head}\n${rows.join('\n')}\n"never ended`,
    () => [dice.pick(HEADS), ...rows].join('\n'),
    () => `${head}\n${`${rows[0] ?? ''}\n`.repeat(2000)}`,
    () => `${head}\n${'"'.repeat(50_000)}`,
    () => head.replaceAll(',', ';'),
  ])();
  const other = dice.chance(0.1) ? dice.pick(BODIES)() : Buffer.from(text);
  return Buffer.from(dice.chance(0.1) ? Buffer.from(text, 'utf16le') : other);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : json(value));

const partOf = (name: string, about: string, value: Buffer | string): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${about}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);

/** A form with a file, as a browser sends it. */
export const multipartText = (body: object): string =>
  Buffer.concat([
    ...Object.entries(body).map(([name, value]) =>
      partOf(name, name === 'file' ? '; filename="a.csv"\r\nContent-Type: text/csv' : '', textOf(value).toWellFormed()),
    ),
    END,
  ]).toString();

const ABOUTS = [
  '; filename="../../etc/passwd"',
  '; filename=""',
  `; filename="${'x'.repeat(5000)}"`,
  "; filename*=utf-8''%ff",
  '',
];

/** The same with another file, name or end, and some fields twice. */
export function spoiltForm(fields: Readonly<Record<string, unknown>>, file: Buffer, dice: Dice): Buffer {
  const { file: _, ...rest } = fields;
  const parts = Object.entries(rest).flatMap(([name, value]) =>
    Array.from({ length: dice.chance(0.1) ? 2 : 1 }, () => partOf(name, '', textOf(value))),
  );
  const name = dice.chance(0.9) ? 'file' : dice.pick(['__proto__', 'constructor', '', 'file"; x="']);
  const whole = Buffer.concat([
    ...parts,
    partOf(name, dice.pick(ABOUTS), file),
    dice.chance(0.9) ? END : Buffer.alloc(0),
  ]);
  return dice.chance(0.1) ? whole.subarray(0, dice.below(whole.length)) : whole;
}
