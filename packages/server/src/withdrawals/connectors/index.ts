import type { Clock, Random } from '@beadle/shared';
import type { Settings } from '../../settings.ts';
import type { Connector } from '../connector.ts';
import { activeDirectoryConnector } from './active-directory.ts';
import { webhookConnector } from './webhook.ts';

export interface ConnectorsDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** `tokenKey` of the server's keys, from which the addresses of callbacks are made; without it none are given. */
  readonly tokenKey?: Uint8Array;
}

/** The connectors of the settings, in their order; whether each is switched on is its own `enabled`. */
export function createConnectors(
  { connectors, origin }: Pick<Settings, 'connectors' | 'origin'>,
  { clock, random, tokenKey }: ConnectorsDeps,
): readonly Connector[] {
  const now = () => clock.now();
  const callback = tokenKey === undefined ? undefined : { origin, key: tokenKey };
  const { activeDirectory, webhooks } = connectors;
  return [
    ...(activeDirectory === null ? [] : [activeDirectoryConnector(activeDirectory, { now })]),
    ...webhooks.map((settings) => webhookConnector(settings, { now, random, callback })),
  ];
}
