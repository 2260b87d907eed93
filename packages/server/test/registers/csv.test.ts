import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column, Row } from '../../src/registers/column.ts';
import { readCsv } from '../../src/registers/csv.ts';
import { planImport } from '../../src/registers/plan.ts';
import { registers } from '../../src/registers/run.ts';

const { people, sticks, printers, devices } = registers;
const read = (text: string, register = people) =>
  readCsv(new TextEncoder().encode(text), register.columns, register.keyOf);
const problems = (text: string, register = people): string[] => {
  const reading = read(text, register);
  return reading.ok
    ? []
    : reading.problems.map(({ line, column, name, expected }) => `${line}:${column}: ${name}: ${expected}`);
};
const HEAD = 'account,name,population';

describe('a file', () => {
  it('is read by the names of its columns, in any order, with a byte order mark or without', () => {
    const text =
      '\ufeffpopulation,account,name,groups\r\nEmployee,Sam.Rivers,"Rivers, Sam",housing;  customer services\r\n';
    expect(read(text)).toMatchObject({
      ok: true,
      rows: [
        {
          account: 'sam.rivers',
          name: 'Rivers, Sam',
          population: 'employee',
          groups: 'customer services;housing',
        },
      ],
    });
  });

  it('has formulas as the texts that they are', () => {
    const reading = read(`${HEAD}\nsam,"=HYPERLINK(""http://x"",""y"")",employee\n`);
    expect(reading.ok && reading.rows[0]?.['name']).toBe('=HYPERLINK("http://x","y")');
  });

  it.each([
    [
      'a misspelt column',
      'account,Name,population\n',
      [
        '1:2: Name: a column of account, name, email, population, line_manager, starts_on, ends_on, absent_from, absent_until, groups',
        '1:4: name: this column to be there',
      ],
    ],
    ['a column twice', `${HEAD},name\n`, ['1:4: name: each column once']],
    [
      'nothing',
      '',
      [
        '1:1: the file: a first line with the columns account, name, email, population, line_manager, starts_on, ends_on, absent_from, absent_until, groups',
      ],
    ],
    [
      'an unknown population',
      `${HEAD}\nsam,Sam,boss\n`,
      ['2:3: population: one of employee, councillor, temporary, partner, contractor, agent'],
    ],
    ['an empty name', `${HEAD}\nsam, ,employee\n`, ['2:2: name: one line of at most 200 characters']],
    [
      'an account twice, whatever its case',
      `${HEAD}\nsam,Sam,employee\nSAM,Sam,employee\n`,
      ['3:1: sam: only one row; line 2 has it'],
    ],
    ['a row that is too short', `${HEAD}\nsam,Sam\n`, ['2:3: the file: as many cells as the first line has']],
    ['a quote that is not closed', `${HEAD}\n"sam,Sam,employee\n`, ['2:1: the file: a closing quote']],
    [
      'a day that there is not',
      `${HEAD},ends_on\nsam,Sam,employee,2026-02-30\n`,
      ['2:4: ends_on: a day such as 2026-11-01'],
    ],
    [
      'a name over two lines',
      `${HEAD}\na,A,employee\n"x","S\r\nam",employee\n`,
      ['3:2: name: one line of at most 200 characters'],
    ],
    ['a text turned around', `${HEAD}\nsam,S\u202eam,employee\n`, ['2:2: name: one line of at most 200 characters']],
  ])('with %s is refused with its line and column', (_what, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('that is not UTF-8 is refused', () => {
    const reading = readCsv(Uint8Array.of(0x61, 0xe9, 0x0a), people.columns, people.keyOf);
    expect(reading.ok ? '' : reading.problems[0]?.expected).toMatch(/^UTF-8/);
  });

  it('is refused with all that is wrong at once', () => {
    expect(problems('serial,encrypts_in_hardware\n,yes\nA1,perhaps\n', sticks)).toHaveLength(2);
  });
});

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const cells = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .map((text) => text.trim())
  .filter((text) => text !== '');

describe('as a property', () => {
  it('any text is read or refused, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `${HEAD}\n${text}`),
        ),
        (text) => {
          const reading = read(text);
          expect(reading.ok || reading.problems.length > 0).toBe(true);
        },
      ),
    );
  });

  it('any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof readCsv(bytes, printers.columns, printers.keyOf).ok).toBe('boolean');
      }),
    );
  });

  it('a quoted cell of one line comes back as it was', () => {
    fc.assert(
      fc.property(cells, cells, (serial, note) => {
        const reading = read(`serial,note\n${quoted(serial)},${quoted(note)}\n`, sticks);
        const kept = reading.ok && reading.rows[0]?.['serial'] === serial && reading.rows[0]['note'] === note;
        expect(kept || (!reading.ok && reading.problems.every(({ line }) => line === 2))).toBe(true);
      }),
    );
  });
});

const rowOf = (columns: readonly Column[], key: fc.Arbitrary<string>) =>
  fc.record(
    Object.fromEntries(
      columns.map(({ name }, index) => [
        name,
        index === 0 ? key : fc.option(fc.constantFrom('a', 'b', 'yes', 'no'), { nil: null }),
      ]),
    ),
    { requiredKeys: [columns[0]?.name ?? ''] },
  ) as fc.Arbitrary<Row>;

describe.each([people, sticks, printers, devices])('importing $name', ({ columns, keyOf }) => {
  const lists = fc.uniqueArray(rowOf(columns, fc.constantFrom('a', 'b', 'c', 'd', 'e')), { selector: keyOf });

  const applied = (current: ReadonlyMap<string, Row>, incoming: readonly Row[]) => {
    const plan = planImport({ columns, current, expected: new Set(current.keys()), incoming, keyOf });
    const next = new Map(current);
    for (const { key, row } of [...plan.added, ...plan.changed]) next.set(key, row);
    for (const key of plan.gone) next.delete(key);
    return { plan, next };
  };

  it('twice is as once', () => {
    fc.assert(
      fc.property(lists, lists, (before, list) => {
        const start = applied(new Map(), before).next;
        const once = applied(start, list);
        const twice = applied(once.next, list);
        expect(twice.plan).toEqual({ added: [], changed: [], left: list.length, gone: [] });
        expect(twice.next).toEqual(once.next);
        expect(once.plan.added.length + once.plan.changed.length + once.plan.left).toBe(list.length);
      }),
    );
  });
});
