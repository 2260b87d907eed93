import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJobs, encodeGetJobs } from '../../src/sources/linux/ipp.ts';

const attribute = (tag: number, name: string, value: Buffer) => {
  const length = (size: number) => Buffer.from([size >> 8, size & 255]);
  return Buffer.concat([Buffer.from([tag]), length(name.length), Buffer.from(name), length(value.length), value]);
};
const integer = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const answer = Buffer.concat([
  Buffer.from([2, 0, 0, 0, 0, 0, 0, 1, 1]),
  attribute(0x47, 'attributes-charset', Buffer.from('utf-8')),
  Buffer.from([2]),
  attribute(0x21, 'job-id', integer(7)),
  attribute(0x23, 'job-state', integer(9)),
  attribute(0x31, 'date-time-at-completed', Buffer.from([0x07, 0xea, 11, 22, 10, 0, 0, 5, 0x2b, 1, 30])),
  attribute(0x13, 'job-media-sheets-completed', Buffer.alloc(0)),
  Buffer.from([2]),
  attribute(0x21, 'job-id', integer(8)),
  attribute(0x21, '', integer(9)),
  Buffer.from([3]),
]);

/** None where the answer is cut short. */
function valuesIn(bytes: Buffer): (string | number)[] {
  try {
    return decodeJobs(bytes).jobs.flatMap((job) => [...job.values()]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [];
  }
}

describe('asking for finished jobs', () => {
  it('asks for numbers, places and times, and never for names', () => {
    const text = encodeGetJobs().toString('latin1');
    expect(text).toContain('which-jobs');
    expect(text).toContain('job-printer-uri');
    expect(text).not.toMatch(/job-name|document|user/);
  });

  it('reads what each job says, the first of several values, and times in UTC', () => {
    const { status, jobs } = decodeJobs(answer);
    expect(status).toBe(0);
    expect(jobs.map((job) => Object.fromEntries(job))).toEqual([
      { 'job-id': 7, 'job-state': 9, 'date-time-at-completed': '2026-11-22T08:30:00.500Z' },
      { 'job-id': 8 },
    ]);
  });

  it('takes no answer that is cut short for a whole one', () => {
    for (let length = 0; length < answer.length; length += 1) {
      expect(() => decodeJobs(answer.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
    }
  });

  it('takes any bytes for an answer that is cut short, or for numbers, texts and real times', () => {
    const attributes = fc
      .tuple(
        fc.constantFrom(0x21, 0x23, 0x31, 0x45, 0x13),
        fc.constantFrom('job-id', 'date-time-at-completed', ''),
        fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ minLength: 11, maxLength: 11 })),
      )
      .map(([tag, name, value]) => attribute(tag, name, Buffer.from(value)));
    const head = Buffer.from([2, 0, 0, 0, 0, 0, 0, 1, 2]);
    const answers = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([head, bytes])),
      fc.array(attributes, { maxLength: 4 }).map((parts) => Buffer.concat([head, ...parts, Buffer.from([3])])),
    );
    fc.assert(
      fc.property(answers, (bytes) => {
        const values = [...valuesIn(bytes)];
        const texts = values.filter((value) => typeof value === 'string');
        expect(values.filter((value) => typeof value === 'number' && !Number.isSafeInteger(value))).toEqual([]);
        const times = texts.filter((text) => /^[+-]?\d+-\d\d-\d\dT/.test(text));
        expect(times.filter((time) => !/^\d{4}-.{20}$/.test(time))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['month 13', [0x07, 0xea, 13, 22, 10, 0, 0, 5, 0x2b, 1, 30]],
    ['day 0', [0x07, 0xea, 11, 0, 10, 0, 0, 5, 0x2b, 1, 30]],
    ['30 February', [0x07, 0xea, 2, 30, 10, 0, 0, 5, 0x2b, 1, 30]],
    ['hour 24', [0x07, 0xea, 11, 22, 24, 0, 0, 5, 0x2b, 1, 30]],
    ['year 65535', [0xff, 0xff, 11, 22, 10, 0, 0, 5, 0x2b, 1, 30]],
    ['year 26', [0, 26, 11, 22, 10, 0, 0, 5, 0x2b, 1, 30]],
    ['a direction that is none', [0x07, 0xea, 11, 22, 10, 0, 0, 5, 0x20, 1, 30]],
  ])('takes %s for no time', (_what, bytes) => {
    const date = attribute(0x31, 'date-time-at-completed', Buffer.from(bytes));
    const { jobs } = decodeJobs(Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 1, 2]), date, Buffer.from([3])]));
    expect(jobs.map((job) => [...job])).toEqual([[]]);
  });
});
