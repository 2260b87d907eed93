import type { Random } from '@beadle/shared';
import Value from 'typebox/value';
import { newId } from '../../ids.ts';
import { TryLater } from '../../jobs/back-off.ts';
import type { HttpAnswer } from '../../notify/http.ts';
import type { ConnectorWebhookSettings } from '../../settings-connectors.ts';
import {
  type Connector,
  type Expected,
  type Facility,
  type Kept,
  NeedsPerson,
  type Subject,
  type TestLine,
} from '../connector.ts';
import { call } from './webhook/call.ts';
import { callbackToken } from './webhook/callback.ts';
import {
  type Action,
  foundOf,
  OddAnswer,
  proofOf,
  restoredOf,
  StepBefore,
  type WebhookRequest,
} from './webhook/protocol.ts';

export interface WebhookDeps {
  readonly now: () => number;
  readonly random: Random;
  /** Where the far system may answer later; undefined: it must answer at once. */
  readonly callback?: { readonly origin: string; readonly key: Uint8Array } | undefined;
}

const ACCEPTED = 202;
/** Until a far system that has taken a request is asked again, where it names no time itself. */
const AGAIN_MS = 60_000;

function stepOf(before: Kept): StepBefore {
  if (Value.Check(StepBefore, before)) return before;
  throw new NeedsPerson('What was kept of this step cannot be read: put it right in the far system by hand.');
}

/** An odd answer is tried again: something between the two may have given it. */
function understood<T>({ host, text }: HttpAnswer & { readonly host: string }, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof OddAnswer)
      throw new Error(`The answer of ${host} is not understood. ${error.message}`, { cause: error });
    throw error;
  }
}

const about = ({ organisation, person, account, email }: Subject, facility: Facility) => ({
  organisation,
  facility,
  subject: { person, account, email },
});

interface Post {
  readonly action: Action;
  /** Of the step. */
  readonly id: string;
  /** What it is called once more than the action, where it is not to be taken for the same. */
  readonly again?: string;
  readonly more?: Partial<WebhookRequest>;
  readonly signal: AbortSignal;
}

function messenger(settings: ConnectorWebhookSettings, { now, random, callback }: WebhookDeps) {
  const send = ({ action, id, again, more = {}, signal }: Post) => {
    const key = [id, action, ...(again === undefined ? [] : [again])].join('.');
    return call(settings, { request: { beadle: 1, id, action, ...more }, key, now: now(), signal });
  };
  /** For what has no answer until it is done. */
  const whole = async (post: Post) => {
    const answer = await send(post);
    if (answer.status !== ACCEPTED) return answer;
    const words = `${answer.host} has taken the request, and not answered it yet.`;
    throw new TryLater(words, answer.retryAfterMs || AGAIN_MS);
  };
  const callbackOf = (id: string, expected: Expected): Pick<WebhookRequest, 'callback'> => {
    if (callback === undefined) return {};
    const token = callbackToken(callback.key, { id, expected, issued: now() }, random);
    return { callback: `${callback.origin}/api/v1/withdrawals/callbacks/${token}` };
  };
  return { send, whole, callbackOf };
}

/** Whether the far system answers and takes the signature; it is told to do nothing. */
async function testWebhook({ destination }: ConnectorWebhookSettings, sent: Promise<unknown>): Promise<TestLine[]> {
  const what = `${destination}: answers, and takes the signature`;
  try {
    await sent;
    return [{ what, ok: true, detail: '' }];
  } catch (error) {
    return [{ what, ok: false, detail: error instanceof Error ? error.message : String(error) }];
  }
}

/** Any other system, by signed requests that are answered at once or later: docs/connectors.md. */
export function webhookConnector(settings: ConnectorWebhookSettings, deps: WebhookDeps): Connector {
  const { now, random } = deps;
  const { send, whole, callbackOf } = messenger(settings, deps);
  return {
    name: settings.name,
    facilities: settings.facilities,
    enabled: settings.enabled,
    async find(subject, facility, signal) {
      const id = newId(now(), random);
      const answer = await whole({ action: 'find', id, more: about(subject, facility), signal });
      return understood(answer, (text) => foundOf(text, id));
    },
    async withdraw(subject, facility, kept, signal) {
      const { id, far: before } = stepOf(kept);
      const more = { ...about(subject, facility), before, ...callbackOf(id, 'withdrawn') };
      await send({ action: 'withdraw', id, more, signal });
    },
    async prove(subject, facility, kept, expected, signal) {
      const { id, far: before } = stepOf(kept);
      const asked = now();
      const more = { ...about(subject, facility), before, expected, ...callbackOf(id, expected) };
      // Each reading is a new one: under a key that was used a far system may repeat its last answer.
      const answer = await send({ action: 'prove', id, again: newId(asked, random), more, signal });
      if (answer.status === ACCEPTED) return { readings: [] };
      return understood(answer, (text) => proofOf(text, { asked, now: now() }));
    },
    async restore(subject, facility, kept, signal) {
      const { id, far: before } = stepOf(kept);
      const more = { ...about(subject, facility), before, ...callbackOf(id, 'restored') };
      return understood(await whole({ action: 'restore', id, more, signal }), restoredOf);
    },
    test: (signal) => testWebhook(settings, send({ action: 'test', id: newId(now(), random), signal })),
  };
}
