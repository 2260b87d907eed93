import type { Transport, TransportRequest, TransportResponse } from '../../packages/agent/src/uplink/transport.ts';
import { parseSignatureInput, SERVER_KEY_HEADER } from '../../packages/shared/src/wire/request-signature.ts';
import type { Dice } from './dice.ts';
import type { Observer } from './observer.ts';
import type { Answered, SimulatedServer } from './server.ts';
import { must, Violation } from './violation.ts';
import type { World } from './world.ts';

export const FATES = [
  'request-lost',
  'answer-lost',
  'doubled',
  'late',
  'request-altered',
  'answer-altered',
  'forged',
  'old-answer',
  'old-document',
] as const;
type Fate = (typeof FATES)[number] | 'fine';

interface NetworkOptions {
  readonly world: World;
  readonly dice: Dice;
  readonly server: () =>
    | { readonly program: SimulatedServer; readonly observer: Observer; readonly isDead: () => boolean }
    | undefined;
  /** Signs as the server does, where one that was put back hands out what it handed out before. */
  readonly sign: (
    body: Uint8Array,
    requestSignature: string,
    serverKey: string | undefined,
  ) => Readonly<Record<string, string>>;
  /** Documents that were once signed for the device of this key. */
  readonly oldDocuments: (keyId: string) => readonly string[];
  /** A message has reached the server. */
  readonly reached: () => void;
  /** The server has taken what this key signed; what it answers. */
  readonly taken: (keyId: string, path: string, body: Uint8Array) => void;
  /** How likely each fate is in this run. */
  readonly odds: Readonly<Partial<Record<Fate, number>>>;
}

const LATE_KEPT = 20;

/** Changes one bit somewhere. */
function altered(bytes: Uint8Array, dice: Dice): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) {
    const at = dice.below(copy.length);
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << dice.below(8)), at);
  }
  return copy;
}

/** Between devices and server: loses, doubles, delays, alters and invents what passes. */
export class Network {
  readonly #options: NetworkOptions;
  /** What may still arrive, or arrive again. */
  #late: TransportRequest[] = [];
  #lastAnswer: Answered | undefined;
  isFaulty = true;
  /** What an agent would take for a network that fails. */
  #violation: Violation | undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** One message arrives. Undefined where no answer leaves. Whatever must hold of any message is seen to here. */
  async #deliver(message: TransportRequest, isAltered = false): Promise<Answered | undefined> {
    const { world, server } = this.#options;
    world.pass(1);
    const at = server();
    if (at === undefined) return undefined;
    const parameters = parseSignatureInput(message.headers['signature-input'] ?? '');
    const before = parameters === undefined ? undefined : at.observer.key(parameters.keyId);
    this.#options.reached();
    const answer = await at.program.ask(message.path, message.headers, message.body);
    if (at.isDead()) return undefined;
    const { status } = answer;
    world.count(`answered ${status}`);
    must(status < 500 || status === 503, `the server answered ${status}: ${Buffer.from(answer.body).toString()}`);
    if (status !== 200 && status !== 201) return answer;
    must(!isAltered, 'an altered message was accepted');
    if (before !== undefined && parameters !== undefined) {
      must(before.revoked_at === null, 'a message under a key of the past was accepted');
      must(parameters.counter > before.counter, `counter ${parameters.counter} was accepted after ${before.counter}`);
    }
    this.#options.taken(parameters?.keyId ?? '', message.path, answer.body);
    return answer;
  }

  #note = (error: unknown): never => {
    if (error instanceof Violation) this.#violation ??= error;
    throw error;
  };

  /** Throws what must have held of a message and did not. */
  check(): void {
    if (this.#violation !== undefined) throw this.#violation;
  }

  #fate(): Fate {
    const { dice, odds } = this.#options;
    if (!this.isFaulty) return 'fine';
    return FATES.find((fate) => dice.chance(odds[fate] ?? 0)) ?? 'fine';
  }

  #keepLate(message: TransportRequest): void {
    this.#late = [...this.#late.slice(-LATE_KEPT), message];
  }

  /** Something from the past arrives; whoever sent it no longer waits for an answer. */
  async deliverLate(): Promise<void> {
    const { dice } = this.#options;
    const message = this.#late[dice.below(this.#late.length)];
    if (message !== undefined) await this.#deliver(message);
  }

  /** A transport, and whether what it last handed over was the server's own answer to that request. */
  transport(): Transport & { readonly genuine: () => boolean } {
    let genuine = false;
    return {
      genuine: () => genuine,
      close: () => Promise.resolve(),
      send: async (request) => {
        genuine = false;
        const fate = this.#fate();
        if (fate !== 'fine') this.#options.world.count(fate);
        const answer = await this.#carry(request, fate).catch(this.#note);
        if (answer === undefined) throw new Error('no answer');
        genuine =
          ['fine', 'doubled', 'old-document'].includes(fate) || (fate === 'request-altered' && answer.status !== 200);
        return answer;
      },
    };
  }

  async #carry(request: TransportRequest, fate: Fate): Promise<TransportResponse | undefined> {
    const { dice } = this.#options;
    if (dice.chance(0.2)) this.#keepLate(request);
    if (fate === 'request-lost') return undefined;
    if (fate === 'late') {
      this.#keepLate(request);
      return undefined;
    }
    if (fate === 'request-altered') return this.#deliver(this.#alteredRequest(request), true);
    if (fate === 'forged') return this.#forged();
    if (fate === 'old-answer') return this.#lastAnswer;
    const answer = await this.#deliver(request);
    if (fate === 'answer-lost' || answer === undefined) return undefined;
    if (fate === 'old-document') return this.#withOldDocument(request, answer);
    if (fate === 'answer-altered') return { ...answer, body: altered(answer.body, dice) };
    const again = fate === 'doubled' ? await this.#deliver(request) : undefined;
    this.#lastAnswer = answer;
    return again !== undefined && dice.chance(0.5) ? again : answer;
  }

  /** The server's own answer, with a document of the past in it. */
  #withOldDocument({ headers }: TransportRequest, answer: Answered): TransportResponse {
    const { dice, oldDocuments, sign } = this.#options;
    const old = oldDocuments(parseSignatureInput(headers['signature-input'] ?? '')?.keyId ?? '');
    if (answer.status !== 200 || old.length === 0) return answer;
    const said = JSON.parse(Buffer.from(answer.body).toString()) as { documents: readonly string[] };
    const body = Buffer.from(JSON.stringify({ ...said, documents: [...said.documents, dice.pick(old)] }));
    return {
      ...answer,
      headers: { ...answer.headers, ...sign(body, headers['signature'] ?? '', headers[SERVER_KEY_HEADER]) },
      body,
    };
  }

  #alteredRequest(request: TransportRequest): TransportRequest {
    const { dice } = this.#options;
    if (dice.chance(0.6)) return { ...request, body: altered(request.body, dice) };
    const input = request.headers['signature-input'] ?? '';
    // A counter that the device has not used.
    const later = input.replace(/nonce="(\d+)"/, (_, counter: string) => `nonce="${Number(counter) + 1}"`);
    return { ...request, headers: { ...request.headers, 'signature-input': later } };
  }

  /** The answer that a thief of somebody's data would wish for: all is settled, forget what you have. */
  #forged(): TransportResponse {
    const body = {
      protocol: 1,
      serverTime: new Date(this.#options.world.time).toISOString(),
      head: { sequence: 1_000_000, link: 'f'.repeat(64) },
      matched: 1_000_000,
      restate: false,
      documents: [],
      nextCheckInSeconds: 300,
    };
    const headers = this.#lastAnswer?.headers ?? {};
    return { status: 200, headers, body: Buffer.from(JSON.stringify(body)) };
  }
}
