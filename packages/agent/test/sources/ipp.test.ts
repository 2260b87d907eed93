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
});
