/**
 * Writes docs/data-inventory.md, and the times in docs/privacy.md, from the tables as the migrations make them, the comments
 * of their schemas and the list of what each is for; a test holds both files against them.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { durationInWords } from '@beadle/shared';
import { type Table, tablesOf } from '../packages/server/src/carry/tables.ts';
import { migrate } from '../packages/server/src/db/migrate.ts';
import { openDatabase } from '../packages/server/src/db/open.ts';
import type { Database } from '../packages/server/src/db/schema.ts';
import {
  DEFAULT_RETENTION,
  RETENTION_LIMITS,
  type RetentionKind,
} from '../packages/server/src/organisation/retention.ts';
import { type Held, INVENTORY } from '../packages/server/src/protection/inventory.ts';

const DOCS = join(import.meta.dirname, '../docs');
const SCHEMAS = join(import.meta.dirname, '../packages/server/src/db');
const INVENTORY_FILE = join(DOCS, 'data-inventory.md');
const PRIVACY_FILE = join(DOCS, 'privacy.md');
const [BEGIN, END] = ['<!-- times: node scripts/data-inventory.ts -->', '<!-- /times -->'];

const HEAD = `# What is kept in the database

Made by \`node scripts/data-inventory.ts\` from the database itself and its schemas, for the record of processing (UK GDPR, Article
30). Where a time is one of the settings, its default stands here; what a council has set stands on its settings page.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const code = (text: string): string => `\`${text}\``;

/** The comments of the columns, by table and column, as the schemas have them. */
function commentsOf(): ReadonlyMap<string, string> {
  const texts = readdirSync(SCHEMAS)
    .filter((name) => /^schema.*\.ts$/.test(name))
    .map((name) => readFileSync(join(SCHEMAS, name), 'utf8'));
  const all = texts.join('\n');
  const comments = new Map<string, string>();
  for (const [, table = '', type = ''] of all.matchAll(/^ {2}(\w+): (\w+Table);$/gm)) {
    const body =
      new RegExp(`^export interface ${type} (?:extends [^{]+)?\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(all)?.[1] ?? '';
    for (const [, comment = '', column = ''] of body.matchAll(/\/\*\*([\s\S]*?)\*\/\s+(\w+):/g))
      comments.set(`${table}.${column}`, comment.replaceAll(/^\s*\* ?/gm, ' '));
  }
  return comments;
}

async function tablesMade(): Promise<Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-inventory-'));
  const database = openDatabase(folder);
  try {
    await migrate(database.db);
    return await tablesOf(database.db);
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const keptWords = ({ kept }: Held): string =>
  'by' in kept ? `${durationInWords(DEFAULT_RETENTION[kept.by])}, as ${code(`retention.${kept.by}`)} says` : kept.until;

const sectionOf = (table: Table, held: Held, comments: ReadonlyMap<string, string>): string[] => [
  `## ${code(table.name)}`,
  '',
  `One row is ${held.what}.`,
  '',
  row(['about whom', 'why', 'kept']),
  row(['---', '---', '---']),
  row([held.about ?? 'nobody', held.why, keptWords(held)]),
  '',
  row(['column', 'what it is']),
  row(['---', '---']),
  ...table.columns.map((column) => row([code(column), comments.get(`${table.name}.${column}`) ?? ''])),
  '',
];

/** The whole of docs/data-inventory.md. */
export async function inventoryDocument(): Promise<string> {
  const comments = commentsOf();
  const tables = await tablesMade();
  const heldIn = ({ name }: Table) => INVENTORY[name as keyof Database];
  const about = tables.filter((table) => heldIn(table).about !== null);
  const others = tables.filter((table) => heldIn(table).about === null);
  return `${[
    HEAD,
    ...about.flatMap((table) => sectionOf(table, heldIn(table), comments)),
    '## About nobody',
    '',
    row(['table', 'one row is', 'kept']),
    row(['---', '---', '---']),
    ...others.map((table) => row([code(table.name), heldIn(table).what, keptWords(heldIn(table))])),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

const TIMES: Readonly<Record<RetentionKind, string>> = {
  findings: 'what findings say that no breach rests on, from their arrival',
  breaches: 'what breaches say, and what they rest on, from their end',
  dismissed: 'what findings say on which only what was no breach rests, from its end',
  messages: 'to whom messages went and what they said',
  people: 'people who are gone, once nothing that is kept names them',
};

function timesTable(): string {
  const rows = (Object.keys(TIMES) as RetentionKind[]).map((kind) => {
    const [least, most] = RETENTION_LIMITS[kind].map(durationInWords);
    return row([
      TIMES[kind],
      durationInWords(DEFAULT_RETENTION[kind]),
      `${least} to ${most}`,
      code(`retention.${kind}`),
    ]);
  });
  return [
    row(['what, on the server', 'by default', 'can be', 'setting']),
    row(['---', '---', '---', '---']),
    ...rows,
  ].join('\n');
}

/** The privacy page with the times as they are. */
export function privacyDocument(text: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/privacy.md has no place for the times: ${BEGIN} … ${END}`);
  return `${text.slice(0, from)}${BEGIN}\n\n${timesTable()}\n\n${text.slice(to)}`;
}

export const readInventory = (): string => readFileSync(INVENTORY_FILE, 'utf8');
export const readPrivacy = (): string => readFileSync(PRIVACY_FILE, 'utf8');

if (import.meta.main) {
  writeFileSync(INVENTORY_FILE, await inventoryDocument());
  writeFileSync(PRIVACY_FILE, privacyDocument(readPrivacy()));
  console.log('wrote docs/data-inventory.md and the times in docs/privacy.md');
}
