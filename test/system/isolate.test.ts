import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whySkipped } from '../../scripts/debian-packages.ts';

const INSIDE = join(import.meta.dirname, 'orders/inside.ts');
const [LAPTOP, WORLD] = [`beadle-l${process.pid}`, `beadle-w${process.pid}`];
const SERVER = '198.51.100.1';
const OTHER = '198.51.100.2';
const SERVER_6 = '2001:db8:100::1';
const OTHER_6 = '2001:db8:100::2';

/** At once, and not only when a program's patience ends. */
const CLOSED = /^(ECONNREFUSED|EHOSTUNREACH|EACCES)$/;

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'ignore' });
const hasNamespaces = () => {
  const name = `beadle-t${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' }).status === 0;
  if (made) ip('netns', 'delete', name);
  return made;
};
const why = whySkipped('nftables', 'iproute2') ?? (hasNamespaces() ? undefined : 'needs network namespaces');

interface Inside {
  ask<T>(asked: object): Promise<T>;
  end(): void;
}

/** The program in a namespace, one question at a time. */
function inside(namespace: string, server: string, names = {}): Inside {
  const args = ['netns', 'exec', namespace, process.execPath, INSIDE, server, JSON.stringify(names)];
  const child: ChildProcess = spawn('ip', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('no pipes');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async ask<T>(asked: object): Promise<T> {
      stdin.write(`${JSON.stringify(asked)}\n`);
      return JSON.parse((await lines.next()).value ?? 'null') as T;
    },
    end: () => stdin.end(),
  };
}

interface Held {
  readonly effect: string;
  readonly observed: string;
  readonly putBack?: boolean;
  readonly ms?: number;
}

describe.skipIf(why !== undefined)(`a laptop that is isolated${why === undefined ? '' : ` (${why})`}`, () => {
  let world: Inside;
  const opened: Inside[] = [];
  const laptopOf = (server: string, names = {}) => {
    const one = inside(LAPTOP, server, names);
    opened.push(one);
    return one;
  };
  const reach = (from: Inside, address: string, port: number) => from.ask<string>({ act: 'reach', address, port });

  beforeAll(async () => {
    for (const name of [LAPTOP, WORLD]) ip('netns', 'add', name);
    ip('link', 'add', 'veth0', 'netns', LAPTOP, 'type', 'veth', 'peer', 'name', 'veth0', 'netns', WORLD);
    const addresses = [
      [LAPTOP, '198.51.100.9/24', '2001:db8:100::9/64'],
      [WORLD, `${SERVER}/24`, `${SERVER_6}/64`],
      [WORLD, `${OTHER}/24`, `${OTHER_6}/64`],
    ] as const;
    for (const [name, four, six] of addresses) {
      ip('-n', name, 'address', 'add', four, 'dev', 'veth0');
      ip('-n', name, 'address', 'add', six, 'dev', 'veth0', 'nodad');
    }
    for (const name of [LAPTOP, WORLD]) for (const link of ['lo', 'veth0']) ip('-n', name, 'link', 'set', link, 'up');
    world = inside(WORLD, 'https://unused.example');
    opened.push(world);
    for (const port of [8443, 9999, 53]) await world.ask({ act: 'listen', port });
  });
  afterAll(() => {
    for (const one of opened) one.end();
    for (const name of [LAPTOP, WORLD]) ip('netns', 'delete', name);
  });

  it('reaches the server and itself, and nobody else, at once and until it is lifted', async () => {
    const laptop = laptopOf(`https://${SERVER}:8443`);
    await laptop.ask({ act: 'listen', port: 7000 });
    expect(await reach(laptop, OTHER, 8443)).toBe('open');
    expect(await reach(world, '198.51.100.9', 7000)).toBe('open');

    const held = await laptop.ask<Held>({ act: 'hold' });
    expect(held).toMatchObject({ effect: 'in-force', observed: `nftables drops all but ${SERVER}:8443` });
    process.stdout.write(`isolate: in force after ${held.ms} ms\n`);
    expect(await reach(laptop, SERVER, 8443)).toBe('open');
    expect(await reach(laptop, '127.0.0.1', 7000)).toBe('open');
    for (const [address, port] of [
      [SERVER, 9999],
      [OTHER, 8443],
      [OTHER, 53],
    ] as const)
      expect(await reach(laptop, address, port), `${address}:${port}`).toMatch(CLOSED);
    expect(await reach(laptop, OTHER_6, 8443)).toMatch(CLOSED);
    expect(await reach(world, '198.51.100.9', 7000)).toBe('timeout');

    expect(await laptop.ask<Held>({ act: 'lift' })).toMatchObject({ effect: 'lifted' });
    expect(await reach(laptop, OTHER, 8443)).toBe('open');
    expect(await reach(world, '198.51.100.9', 7000)).toBe('open');
    expect(await laptop.ask<Held>({ act: 'lift' })).toMatchObject({
      effect: 'lifted',
      observed: expect.stringContaining('no rule'),
    });
  });

  it('leaves what ICT allows, and puts back what somebody takes away or adds', async () => {
    const laptop = laptopOf(`https://[${SERVER_6}]:8443`);
    const allow = [{ address: '198.51.100.0/30', port: 9999 }];
    expect(await laptop.ask<Held>({ act: 'hold', allow })).toMatchObject({ effect: 'in-force', putBack: false });
    expect(await reach(laptop, OTHER, 9999)).toBe('open');
    expect(await reach(laptop, OTHER, 8443)).toMatch(CLOSED);
    expect(await laptop.ask<Held>({ act: 'hold', allow })).not.toMatchObject({ putBack: true });

    await laptop.ask({ act: 'run', command: ['nft', 'delete', 'table', 'inet', 'beadle'] });
    expect(await reach(laptop, OTHER, 8443)).toBe('open');
    const back = await laptop.ask<Held>({ act: 'hold', allow });
    expect(back).toMatchObject({ effect: 'in-force', putBack: true });
    expect(back.observed).toContain('put back');
    expect(await reach(laptop, OTHER, 8443)).toMatch(CLOSED);

    await laptop.ask({ act: 'run', command: ['nft', 'insert', 'rule', 'inet', 'beadle', 'output', 'accept'] });
    expect(await laptop.ask<Held>({ act: 'hold', allow })).toMatchObject({ effect: 'in-force', putBack: true });
    expect(await reach(laptop, OTHER, 8443)).toMatch(CLOSED);
    await laptop.ask({ act: 'lift' });
  });

  it('stands beside the rules of another firewall, and leaves them as they are', async () => {
    const laptop = laptopOf(`https://${SERVER}:8443`);
    const chain = '{ type filter hook output priority 0; policy accept; }';
    await laptop.ask({ act: 'run', command: ['nft', 'add', 'table', 'inet', 'theirs'] });
    await laptop.ask({ act: 'run', command: ['nft', 'add', 'chain', 'inet', 'theirs', 'output', chain] });
    const before = await laptop.ask({ act: 'run', command: ['nft', 'list', 'table', 'inet', 'theirs'] });
    await laptop.ask({ act: 'hold' });
    expect(await reach(laptop, OTHER, 8443)).toMatch(CLOSED);
    await laptop.ask({ act: 'lift' });
    expect(await laptop.ask({ act: 'run', command: ['nft', 'list', 'table', 'inet', 'theirs'] })).toBe(before);
  });

  it('cuts nothing where nobody knows the address of the server', async () => {
    const laptop = laptopOf('https://beadle.example');
    expect(await laptop.ask<Held>({ act: 'hold' })).toMatchObject({
      effect: 'failed',
      observed: expect.stringContaining('not known'),
    });
    expect(await reach(laptop, OTHER, 8443)).toBe('open');
  });
});
