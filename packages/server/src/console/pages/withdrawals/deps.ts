import type { Settings } from '../../../settings.ts';
import type { Connector } from '../../../withdrawals/connector.ts';
import type { ActPageDeps } from '../authorisation.ts';

export interface WithdrawalPageDeps extends ActPageDeps {
  readonly connectors: readonly Connector[];
  readonly settings: Pick<Settings, 'origin'>;
}

export const actDepsOf = ({ db, clock, random, connectors, settings }: WithdrawalPageDeps) => ({
  db,
  now: clock.now(),
  random,
  connectors,
  origin: settings.origin,
});
