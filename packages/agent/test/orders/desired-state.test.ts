import { iso } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMeta, ORDERS_REFUSED } from '../../src/outbox/meta.ts';
import { createOrderedDevice, otherKey, restriction, sign } from './orders.ts';

const T = Date.parse('2026-11-23T09:00:00Z');

describe('a desired state', () => {
  it('is taken where it is newer, and is there after a restart', async () => {
    const device = createOrderedDevice();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'lock')] }));
    device.restart();
    expect(device.service.keeper.version()).toBe(T);
    await device.take(sign({ version: T + 1 }));
    expect(device.service.keeper.current()?.restrictions).toEqual([]);
  });

  it('is no refusal where it is held already, whoever says it again', async () => {
    const device = createOrderedDevice();
    const document = sign({ version: T });
    await device.take(document, document);
    expect([device.tell().refused, device.counts.refused]).toEqual([[], 0]);
  });

  const [older, newer] = [sign({ version: T }), sign({ version: T + 1 })];
  const [header, payload, signature] = newer.split('.');
  it.each([
    ['an older one', older, 'older'],
    ['another under its number', sign({ version: T + 1, restrictions: [restriction('x', 'lock')] }), 'older'],
    ['one by another key', sign({ version: T + 2 }, otherKey), 'signature-differs'],
    ['one for another device', sign({ version: T + 2, device: 'device-2' }), 'for-another-device'],
    ['an altered one', `${header}.${payload?.slice(0, -4)}AAAA.${signature}`, 'signature-differs'],
    ['one with more in it', sign({ version: T + 2, command: 'rm' } as never), 'not-of-this-form'],
  ])('is kept, with %s refused, reported and found', async (_what, document, why) => {
    const device = createOrderedDevice();
    await device.take(newer);
    device.tell();
    await device.take(document);
    expect(device.service.keeper.version()).toBe(T + 1);
    expect(device.tell().refused).toEqual([why]);
    expect(device.counts.refused).toBe(1);
    expect(JSON.parse(createMeta(device.sql).text(ORDERS_REFUSED) ?? '')).toMatchObject([{ why }]);
  });

  it('is the newest after any order of any documents with any repeats, and nothing that is done once is done twice', async () => {
    const message = (id: number) => ({
      id: `m${id}`,
      kind: 'message' as const,
      until: iso(T + 86_400_000),
      text: `message ${id}`,
    });
    // Each version still names the messages of the two before it.
    const documents = Array.from({ length: 6 }, (_, version) =>
      sign({ version: T + version, oneOffs: [version, version - 1, version - 2].filter((id) => id >= 0).map(message) }),
    );
    const step = fc.oneof(fc.nat({ max: 5 }), fc.constant('restart' as const), fc.constant('settle' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const device = createOrderedDevice();
        let newest = 0;
        for (const one of steps) {
          if (one === 'restart') device.restart();
          else if (one === 'settle') await device.settle();
          else {
            await device.take(documents[one] ?? '');
            newest = Math.max(newest, T + one);
          }
        }
        expect(device.service.keeper.version()).toBe(newest);
        const texts = device.machine.shown.map(({ text }) => text);
        expect(new Set(texts).size).toBe(texts.length);
        device.sql.close();
      }),
      { numRuns: 60 },
    );
  });
});
