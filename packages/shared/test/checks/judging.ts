import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import type { DeviceContext } from '../../src/checks/check.ts';
import { checkNamed } from '../../src/checks/registry.ts';
import { FindingBody, type Judgement } from '../../src/findings/finding.ts';
import { iso } from '../../src/ports.ts';
import { laptop, NOON } from '../devices.ts';

interface More {
  readonly events?: readonly unknown[];
  readonly device?: DeviceContext;
  readonly since?: Record<string, number>;
  readonly now?: number;
}

function held(schema: TSchema, value: unknown): void {
  const [error] = Value.Errors(schema, value);
  if (error !== undefined) throw new Error(`not of its form: ${error.instancePath} ${error.message}`);
}

/** Judges facts by a check at high severity. All must be of their schemas, what comes out as well: it has to travel. */
export function judge(name: string, require: unknown, facts: unknown, more: More = {}): readonly Judgement[] {
  const check = checkNamed(name);
  if (check === undefined) throw new Error(`no check ${name}`);
  held(check.require, require);
  held(check.facts, facts);
  for (const event of more.events ?? []) held(check.event, event);
  const judgements = check.evaluate({
    require,
    severity: 'high',
    facts,
    events: more.events ?? [],
    device: more.device ?? laptop,
    since: new Map(Object.entries(more.since ?? {})),
    now: more.now ?? NOON,
  });
  for (const { at, ...judgement } of judgements) {
    const rest = { salt: 'A'.repeat(22), rule: 'r', clause: '1', check: name, policyVersion: '1' };
    held(FindingBody, { ...rest, ...judgement, at: iso(at) });
  }
  return judgements;
}

/** `C: fail`, `device unknown (stale)`: what matters of each judgement. */
export const inShort = (judgements: readonly Judgement[]): string[] =>
  judgements.map(({ subject, kind, verdict, reason, severity }) =>
    [
      kind === 'event' ? 'event' : '',
      subject,
      verdict,
      reason === undefined ? '' : `(${reason})`,
      severity === 'high' ? '' : `[${severity}]`,
    ]
      .filter((word) => word !== '')
      .join(' '),
  );
