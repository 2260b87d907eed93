import { ATTACKS } from './attacks/registry.ts';
import type { Attack } from './attacks/attack.ts';
import { FORGED } from './attacks/headers.ts';
import { createDice } from './dice.ts';
import type { Context } from './draft.ts';
import { type Endpoint, nameOf } from './endpoints.ts';
import { faultOfLine, faultsOf, type Fired } from './judge.ts';
import { report } from './organisation.ts';
import { type Server, type Starting, startServer } from './server.ts';
import { type Answer, type Caller, inOneLine, type Shot } from './shot.ts';
import { besiege } from './siege.ts';
import { fireRaw, RAW_ATTACKS, type RawOutcome } from './sockets.ts';
import { brokenChains, stateOf, writesOf } from './state.ts';
import { placesFor } from './things.ts';
import { createWorld, type World } from './world.ts';

export interface Options {
  readonly seed: string;
  readonly requests: number;
  /** Every so many of the requests one goes over a socket of its own, where it can be malformed. */
  readonly socketEvery?: number;
  /** Fires this request alone, on a server that has seen nothing else. */
  readonly only?: number | undefined;
  readonly database?: Starting['database'];
  /** Ends the run after the request at hand; what was fired until then is judged as a whole run is. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each request: how many have been fired. */
  readonly progress?: (fired: number) => void;
}

export interface Violation {
  readonly index: number;
  readonly endpoint: string;
  readonly kind: string;
  readonly caller: string;
  readonly fault: string;
  readonly shot: string;
}

export interface Outcome {
  readonly endpoints: number;
  readonly attacked: number;
  readonly fired: number;
  /** Connections that were held or cut beside all this. */
  readonly slow: { readonly opened: number; readonly endedByServer: number };
  /** By endpoint, by kind of attack, by status: how many. */
  readonly table: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, number>>>;
  readonly violations: readonly Violation[];
}

const RENEW_EVERY = 200;
const STEP_EVERY = 25;
const MOST_VIOLATIONS = 200;

/** Each endpoint and attack comes in turn, so that none is left out; the rest is thrown. */
function planOf(endpoints: readonly Endpoint[]): readonly (readonly [Endpoint, Attack])[] {
  return endpoints.flatMap((endpoint) =>
    ATTACKS.filter((attack) => attack.on(endpoint)).flatMap((attack) =>
      Array.from({ length: attack.times ?? 1 }, () => [endpoint, attack] as const),
    ),
  );
}

/** The plan in an order of the seed's own, so that a small run is a sample of it all. */
function shuffled<T>(list: readonly T[], seed: string): readonly T[] {
  const dice = createDice(`order-${seed}`);
  return list
    .map((item) => ({ item, at: dice.below(2 ** 31) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

class Run {
  readonly #world: World;
  readonly #table = new Map<string, Map<string, Map<number, number>>>();
  readonly violations: Violation[] = [];
  #state = '';
  #writes = '';

  constructor(world: World) {
    this.#world = world;
  }

  get table(): Outcome['table'] {
    return this.#table;
  }

  blame(found: Omit<Violation, 'shot'> & { readonly shot?: Shot | undefined }): void {
    if (this.violations.length >= MOST_VIOLATIONS) return;
    this.violations.push({ ...found, shot: found.shot === undefined ? '' : inOneLine(found.shot) });
  }

  async begin(): Promise<void> {
    this.#state = await stateOf(this.#world.server);
  }

  async fire(context: Context, attack: Attack): Promise<void> {
    const { server } = this.#world;
    const { endpoint, index } = context;
    const shot = attack.make(context);
    const about = { index, endpoint: nameOf(endpoint), kind: attack.kind, caller: context.caller.name, shot };
    try {
      const answer = await server.fire(shot, `10.${index % 250}.${(index >> 8) % 250}.${1 + (index % 200)}`);
      this.#count(about.endpoint, attack.kind, answer.status);
      const caller = attack.kind === FORGED ? { ...context.caller, organisation: 'a' as const } : context.caller;
      const fired = {
        shot,
        answer,
        caller: this.#seer(caller, shot),
        endpoint,
        about: this.#subject(shot, endpoint),
      };
      for (const fault of faultsOf(fired, this.#world)) this.blame({ ...about, fault });
      if (attack.kind === FORGED && answer.status < 300 && endpoint.access !== 'public')
        this.blame({ ...about, fault: 'a forgery was taken' });
      await this.#compare(answer, about);
      this.#follow(answer, endpoint);
    } catch (error) {
      this.blame({ ...about, fault: error instanceof Error ? `${error.message} ${error.stack ?? ''}` : String(error) });
    }
  }

  /** What came of a raw attack. */
  take({ kind, endpoint, statuses, faults }: RawOutcome, index: number): void {
    for (const status of statuses.length === 0 ? [0] : statuses) this.#count(endpoint, kind, status);
    for (const fault of faults) this.blame({ index, endpoint, kind, caller: 'a socket', fault });
  }

  /** A device of the first council is told what is that council's. */
  #seer(caller: Caller, { url }: Shot): Caller {
    return url.startsWith('/agent/') ? { ...caller, organisation: 'a' } : caller;
  }

  /** Whose thing the address names. */
  #subject({ url }: Shot, { url: declared, method }: Endpoint): Fired['about'] {
    // Puts it there in the caller's own council, whoever else has one of the same name.
    if (method === 'PUT') return undefined;
    // A code for the first sign-in is nobody's; every council has every role, and every act on an account.
    const parts = [...declared.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
    const naming = parts.filter((name) => !['code', 'role', 'act'].includes(name));
    const own = ({ places }: World['a']): boolean =>
      naming.flatMap((part) => placesFor(places, declared, part)).some((id) => url.split(/[/?]/).includes(id));
    if (own(this.#world.b)) return 'b';
    return own(this.#world.a) ? 'a' : undefined;
  }

  #count(endpoint: string, kind: string, status: number): void {
    const kinds = this.#table.get(endpoint) ?? new Map<string, Map<number, number>>();
    const statuses = kinds.get(kind) ?? new Map<number, number>();
    this.#table.set(endpoint, kinds.set(kind, statuses.set(status, (statuses.get(status) ?? 0) + 1)));
  }

  /** What was refused has changed nothing. */
  async #compare(answer: Answer, about: Omit<Parameters<Run['blame']>[0], 'fault'>): Promise<void> {
    const writes = await writesOf(this.#world.server);
    if (writes === this.#writes) return;
    this.#writes = writes;
    const state = await stateOf(this.#world.server);
    // The worker beside may have told somebody of a breach, which is an event of it.
    const isSame = state === this.#state || withoutEvents(state) === withoutEvents(this.#state);
    if (answer.status >= 400 && !isSame)
      this.blame({ ...about, fault: `refused with ${answer.status}, and changed ${this.#state} to ${state}` });
    this.#state = state;
  }

  /** The attacker reads the answer, and goes on from where the server now stands. */
  #follow(answer: Answer, { access }: Endpoint): void {
    if (access !== 'device' || answer.status !== 200) return;
    const { head } = JSON.parse(answer.body) as { head?: World['a']['owned']['head'] };
    if (head !== undefined) this.#world.a.owned.head = head;
  }
}

const withoutEvents = (state: string): string => JSON.stringify({ ...(JSON.parse(state) as object), events: 0 });

/** After it all: the good devices are served, and nobody's record is broken. */
async function aftermath(run: Run, world: World): Promise<void> {
  const { server } = world;
  const blame = (fault: string): void =>
    run.blame({ index: -1, endpoint: 'afterwards', kind: 'afterwards', caller: '', fault });
  await server.app.jobs.runDue();
  for (const { good } of [world.a, world.b]) {
    if (!(await report(server, good, 'after'))) blame(`the good device ${good.assetTag} was not served`);
  }
  for (const chain of await brokenChains(server)) blame(`the chain of ${chain} is broken`);
  for (const { tokens } of [world.a, world.b]) {
    const headers = { authorization: `Bearer ${tokens.administrator}` };
    const { body } = await server.fire({ method: 'GET', url: '/api/v1/audit/verification', headers });
    if (!body.includes('"intact":true')) blame(`the audit log: ${body}`);
  }
  if ('polluted' in {}) blame('the prototype of every object has been changed');
}

interface Watch {
  readonly lines: (world: World) => void;
  readonly onLog: (line: string) => void;
}

/** The log as it is written; what has no secrets to look for yet is looked through once they are known. */
function watchLog(found: (fault: string) => void): Watch {
  let secrets: readonly string[] = [];
  const onLog = (line: string): void => {
    const fault = faultOfLine(line, secrets);
    if (fault !== undefined) found(fault);
  };
  return {
    onLog,
    lines: ({ a, b, server }) => {
      const cookies = [...a.sessions, ...b.sessions].map(({ headers }) => headers['cookie']?.split('=')[1] ?? '?');
      secrets = [...a.secrets, ...b.secrets, ...server.secrets, ...cookies];
    },
  };
}

async function listen({ app }: Server): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const [address] = app.addresses();
  if (address === undefined || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

async function attackAll(
  server: Server,
  world: World,
  run: Run,
  options: Options,
  at: { index: number },
): Promise<Pick<Outcome, 'slow' | 'fired'> & { readonly attacked: ReadonlySet<string> }> {
  const plan = shuffled(planOf(server.endpoints), options.seed);
  const attacked = new Set<string>();
  const every = options.socketEvery ?? 50;
  const port = await listen(server);
  const siege = besiege(port, world);
  const first = options.only ?? 0;
  let fired = 0;
  for (let index = first; index < first + options.requests && options.signal?.aborted !== true; index += 1) {
    fired += 1;
    const [endpoint, attack] = plan[index % plan.length] ?? [];
    if (endpoint === undefined || attack === undefined) break;
    at.index = index;
    server.clock.time += 20;
    if (index % STEP_EVERY === 0) siege.step();
    if (index % RENEW_EVERY === 0) await world.renew();
    const dice = createDice(options.seed, index);
    if (index % every === every - 1) {
      const raw = dice.pick(RAW_ATTACKS);
      run.take(await fireRaw(port, raw, dice.pick(server.endpoints), world, dice), index);
      options.progress?.(index - first + 1);
      continue;
    }
    await run.fire({ endpoint, world, dice, index, caller: world.callerBy(dice) }, attack);
    attacked.add(nameOf(endpoint));
    options.progress?.(index - first + 1);
  }
  const { opened, endedByServer, faults } = await siege.end();
  for (const fault of faults) run.blame({ index: -1, endpoint: 'slow connections', kind: 'siege', caller: '', fault });
  return { attacked, fired, slow: { opened, endedByServer } };
}

/** The whole: two councils, every endpoint, every attack in turn, and what holds afterwards. */
export async function attackServer(options: Options): Promise<Outcome> {
  const at = { index: 0 };
  const early: string[] = [];
  let blameLine = (fault: string): void => void early.push(fault);
  const watch = watchLog((fault) => blameLine(fault));
  const server = await startServer({ ...options, onLog: watch.onLog });
  const loose = (error: unknown): void =>
    blameLine(`unhandled: ${error instanceof Error ? error.stack : String(error)}`);
  process.on('unhandledRejection', loose);
  try {
    const world = await createWorld(server);
    const run = new Run(world);
    watch.lines(world);
    blameLine = (fault) => run.blame({ index: at.index, endpoint: 'the log', kind: 'log', caller: '', fault });
    for (const fault of early) blameLine(fault);
    await run.begin();
    const { attacked, fired, slow } = await attackAll(server, world, run, options, at);
    await aftermath(run, world);
    const all = new Set(server.endpoints.map(nameOf));
    const { table, violations } = run;
    return { endpoints: all.size, attacked: attacked.size, fired, slow, table, violations };
  } finally {
    process.off('unhandledRejection', loose);
    await server.close();
  }
}
