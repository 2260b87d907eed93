import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFor } from '../../src/breaches/report-format.ts';
import { codeOf } from '../../src/errors.ts';
import { readCheckIn } from '../../src/ingest/batch.ts';
import { readCursor, toPage } from '../../src/pagination.ts';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const anything = fc.string({ unit: 'binary', maxLength: 200 });

/** What `read` gives, or the code of the problem that it throws. */
function outcomeOf<T>(read: () => T): T | { readonly code: string | undefined } {
  try {
    return read();
  } catch (error) {
    return { code: codeOf(error) };
  }
}

describe('what anybody may send', () => {
  it('is no cursor, or one of the parts that a list is ordered by', () => {
    const json = fc.oneof(
      fc.jsonValue(),
      fc.array(fc.oneof(fc.double(), fc.maxSafeInteger(), anything), { maxLength: 3 }),
    );
    const cursors = fc.oneof(
      anything,
      json.map((value) => base64url(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(cursors, (cursor) => {
        const read = outcomeOf(() => readCursor(cursor, ['number', 'string']));
        const [number, text] = Array.isArray(read) ? read : [0, ''];
        expect(Array.isArray(read) ? { code: 'bad-cursor' } : read).toEqual({ code: 'bad-cursor' });
        expect(Number.isSafeInteger(number)).toBe(true);
        expect(text).not.toContain('\u0000');
      }),
      { numRuns: 1000 },
    );
  });

  it('is a cursor where the server made it', () => {
    const text = anything.map((given) => given.replaceAll('\u0000', '').toWellFormed());
    fc.assert(
      fc.property(fc.maxSafeInteger(), text, (number, word) => {
        const { nextCursor } = toPage([[number, word] as const, [0, ''] as const], 1, (row) => row, String);
        expect(readCursor(nextCursor ?? '', ['number', 'string'])).toEqual([number, word]);
      }),
    );
  });

  it('is a check-in of its closed form, or told what was expected', () => {
    const lines = fc.array(fc.oneof(anything, fc.json(), fc.constantFrom('{}', '', '\r', '[]', '{"previous":{}}')), {
      maxLength: 4,
    });
    const bodies = fc.oneof(
      lines.map((parts) => Buffer.from(parts.join('\n'))),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(bodies, (bytes) => {
        expect(readCheckIn(bytes, 'device')).toMatchObject({ expected: expect.any(String) });
      }),
      { numRuns: 1000 },
    );
  });

  it('likes one of the forms that a report has, or none', () => {
    const pieces = fc.constantFrom(
      'text/html',
      '*/*',
      'application/*',
      ',',
      ';',
      'q=',
      'q=NaN',
      '0.5',
      '1e999',
      '-1',
      ' ',
      '__proto__',
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ unit: pieces, maxLength: 12 })), (accept) => {
        expect(['json', 'html', 'pdf', undefined]).toContain(formatFor(accept));
      }),
      { numRuns: 1000 },
    );
  });

  it('names its session once, whatever else is in its cookies', async () => {
    const app = Fastify();
    await app.register(cookie);
    const pieces = fc.constantFrom(
      'beadle-session',
      '__Host-beadle-session',
      '=',
      ';',
      ',',
      ' ',
      '"',
      '%',
      '%zz',
      '__proto__',
      'x',
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ unit: pieces, maxLength: 12 })), (header) => {
        const cookies = app.parseCookie(header);
        expect(['string', 'undefined']).toContain(typeof cookies['beadle-session']);
        expect(app.parseCookie(`beadle-session=first; ${header}`)['beadle-session']).toBe('first');
      }),
      { numRuns: 1000 },
    );
  });
});
