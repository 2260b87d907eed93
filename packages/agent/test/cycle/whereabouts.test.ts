import { describe, expect, it } from 'vitest';
import { networkLinux } from '../../src/collectors/network-place/linux.ts';
import { createWhereabouts } from '../../src/cycle/whereabouts.ts';
import { hostOf } from '../collectors/outputs.ts';

const told = (OnCouncilNetwork: unknown) =>
  hostOf({ 'linux/network': { Wifi: { Security: null }, Vpn: [], OnCouncilNetwork } });

describe('where the device is', () => {
  it('is not known before the first look, nor where nothing tells it', async () => {
    const whereabouts = createWhereabouts(networkLinux);
    expect(whereabouts.onCouncilNetwork()).toMatchObject({ unknown: 'not-told' });
    await whereabouts.look(told(null));
    expect(whereabouts.onCouncilNetwork()).toMatchObject({ unknown: 'not-told' });
    const none = createWhereabouts(undefined);
    await none.look(told(true));
    expect([none.sources, none.onCouncilNetwork()]).toEqual([[], { unknown: 'not-told' }]);
  });

  it('is what was seen at the last look, which may be nothing', async () => {
    const whereabouts = createWhereabouts(networkLinux);
    await whereabouts.look(told(true));
    expect(whereabouts.onCouncilNetwork()).toEqual({ known: true });
    await whereabouts.look(told(false));
    expect(whereabouts.onCouncilNetwork()).toEqual({ known: false });
    await whereabouts.look(hostOf({}));
    expect(whereabouts.onCouncilNetwork()).toMatchObject({ unknown: 'source-missing' });
  });

  it('is not known where what tells it breaks', async () => {
    const broken = { sources: [], onCouncilNetwork: () => JSON.parse('{') as never };
    const whereabouts = createWhereabouts(broken);
    await whereabouts.look(told(true));
    expect(whereabouts.onCouncilNetwork()).toMatchObject({ unknown: 'not-understood' });
  });
});
