import { iso, known, type Observation, unknown } from '@beadle/shared';
import type { Collector, History } from '../../packages/agent/src/collectors/collector.ts';
import type { Host } from '../../packages/agent/src/host/host.ts';
import { emptyHost } from '../support/host.ts';
import type { MachineClock } from './world.ts';

export interface Plug {
  readonly serial: string;
  readonly at: number;
  readonly encrypted: boolean;
  /** The agent had a bookmark in the log by then, and has lost nothing since: it must be told. */
  mustBeTold: boolean;
}

/** The laptop under the agent: a disk that is encrypted or not, and a system log of the sticks that were plugged in. */
export class Machine {
  encryption: 'on' | 'off' | 'unreadable' = 'on';
  logReadable = true;
  readonly plugs: Plug[] = [];
  readonly #clock: MachineClock;

  constructor(clock: MachineClock) {
    this.#clock = clock;
  }

  get host(): Host {
    return emptyHost(this.#clock);
  }

  readonly collectors: readonly Collector[] = [
    { check: 'disk-encryption', sources: [], collect: () => this.#volumes() },
    { check: 'removable-media', sources: [], collect: () => ({ facts: known({ present: known([]) }), events: [] }) },
  ];

  readonly histories: readonly History[] = [
    {
      check: 'removable-media',
      id: 'simulated/log',
      sources: [],
      end: async () => (this.logReadable ? known(String(this.plugs.length)) : unknown('access-denied')),
      since: async (_host, bookmark) => {
        if (!this.logReadable) return unknown('access-denied');
        const events = this.plugs.slice(Number(bookmark)).map((plug) => this.#arrival(plug));
        return known({ events, bookmark: String(this.plugs.length) });
      },
    },
  ];

  #volumes(): Observation {
    if (this.encryption === 'unreadable') return { facts: unknown('access-denied'), events: [] };
    const volume = { name: '/', role: 'system', state: known(this.encryption), method: null, percent: null };
    return { facts: known({ volumes: known([volume]) }), events: [] };
  }

  #arrival({ serial, at, encrypted }: Plug) {
    const medium = {
      subject: serial,
      serial,
      kind: 'storage',
      model: null,
      bytes: null,
      encrypted: known(encrypted),
    };
    return { at: iso(at), medium };
  }
}
