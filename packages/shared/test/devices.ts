import type { DeviceContext } from '../src/checks/check.ts';
import { known } from '../src/findings/verdict.ts';

/** A council laptop in the office, of which the server has told everything. */
export const laptop: DeviceContext = {
  kind: 'laptop',
  population: 'employee',
  groups: ['Housing'],
  onCouncilNetwork: known(true),
  register: { assetTag: 'DBC-04127', serialNumber: 'PF3A1B2C' },
  registeredSticks: [],
};

/** 22 November 2026, noon. */
export const NOON = Date.parse('2026-11-22T12:00:00Z');
export const DAY = 86_400_000;
