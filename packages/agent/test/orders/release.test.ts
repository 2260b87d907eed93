import { type ReleaseHash, releaseHash } from '@beadle/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { waitAfter } from '../../src/orders/release.ts';
import { createOrderedDevice, restriction, sign } from './orders.ts';

const T = Date.parse('2026-11-23T09:00:00Z');
const CODE = 'ABCDE-12345';
let release: ReleaseHash;
let other: ReleaseHash;
beforeAll(async () => {
  release = await releaseHash(CODE, Buffer.alloc(16, 1));
  other = await releaseHash('ZZZZZ-99999', Buffer.alloc(16, 2));
});

const restricted = () => {
  const device = createOrderedDevice();
  const restrictions = [
    restriction('a', 'isolate', { release }),
    restriction('b', 'lock', { release }),
    restriction('c', 'sign-out', { release: other }),
  ];
  return { device, restrictions, document: sign({ version: T, restrictions }) };
};

describe('a release code', () => {
  it('ends all that share it, for this version and every later one, and nothing else', async () => {
    const { device, restrictions, document } = restricted();
    await device.take(document);
    device.tell();
    expect(await device.service.release.try('abcde 12345')).toEqual({ kind: 'released', ids: ['a', 'b'] });
    await device.settle();
    expect([...device.machine.force.keys()]).toEqual(['sign-out']);
    expect(device.tell().effects.toSorted()).toEqual(['a released', 'b released']);
    device.restart();
    await device.take(document, sign({ version: T + 1, restrictions }));
    expect([...device.machine.force.keys()]).toEqual(['sign-out']);
    await device.take(sign({ version: T + 2, restrictions: [restriction('d', 'isolate', { release })] }));
    expect(device.machine.force.get('isolate')).toEqual(['d']);
  });

  it('that is wrong ends nothing, and after five there is a wait that a restart begins anew', async () => {
    const { device, document } = restricted();
    await device.take(document);
    for (const triesLeft of [4, 3, 2, 1, 0])
      expect(await device.service.release.try('AAAAA-AAAAA')).toEqual({ kind: 'wrong', triesLeft });
    expect(await device.service.release.try(CODE)).toEqual({ kind: 'wait', seconds: 60 });
    device.world.pass(59_000);
    device.restart();
    device.clock.skew = 86_400_000;
    expect(await device.service.release.try(CODE)).toEqual({ kind: 'wait', seconds: 60 });
    device.world.pass(60_000);
    expect(await device.service.release.try(CODE)).toMatchObject({ kind: 'released' });
    expect(device.machine.force.has('isolate')).toBe(true);
    await device.settle();
    expect(device.machine.force.has('isolate')).toBe(false);
  });

  it('is not asked for where nothing can be ended by one', async () => {
    const device = createOrderedDevice();
    await device.take(sign({ version: T, restrictions: [restriction('a', 'lock')] }));
    expect(await device.service.release.try(CODE)).toEqual({ kind: 'nothing' });
  });

  it('is waited for longer each time, an hour at the most', () => {
    expect([0, 4, 5, 6, 7, 20].map((wrong) => waitAfter(wrong) / 60_000)).toEqual([0, 0, 1, 2, 4, 60]);
  });
});
