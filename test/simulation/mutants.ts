/** A fault planted in the product: where, what stands there, and what a careless change would have made of it. */
export interface Mutant extends Edit {
  readonly name: string;
  readonly file: string;
  /** A second change in the same file, where one does not make the fault. */
  readonly also?: Edit;
}

interface Edit {
  readonly from: string;
  readonly to: string;
}

const agent = (file: string) => `packages/agent/src/${file}`;
const server = (file: string) => `packages/server/src/${file}`;
const shared = (file: string) => `packages/shared/src/${file}`;

/** Each must be found by the simulation: what it does not find, it does not test. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledge before the commit',
    file: server('ingest/ingest.ts'),
    from: 'deps.together((tx) => apply(tx, key, call, read, deps));',
    to: `(async () => {
      let outcome;
      try {
        return await deps.together(async (tx) => (outcome = await apply(tx, key, call, read, deps)));
      } catch (error) {
        if (outcome !== undefined) return outcome;
        throw error;
      }
    })();`,
  },
  {
    name: 'forget the repeat check',
    file: server('ingest/plan.ts'),
    from: 'const repeats = repeated(items, held);',
    to: 'const repeats = 0;',
    also: {
      from: 'const followsOn = last !== undefined && last.sequence === head.sequence && last.link === head.link;',
      to: 'const followsOn = last !== undefined;',
    },
  },
  {
    name: 'skip the head',
    file: server('ingest/ingest.ts'),
    from: 'await moveHead(tx, key, { ...head, counter });',
    to: 'await moveHead(tx, key, { sequence: device.sequence, link: device.link, counter });',
  },
  {
    name: 'accept a lower counter',
    file: server('ingest/ingest.ts'),
    from: 'if (counter <= locked.counter)',
    to: 'if (counter < 0)',
  },
  {
    name: 'lose a gap record',
    file: agent('outbox/bounds.ts'),
    from: 'this.#chain.appendRows(behind, rows.slice(dropped.length));',
    to: 'this.#chain.removeAfter(before.sequence);\n    this.#chain.appendRows(before, rows.slice(dropped.length));',
  },
  {
    name: 'join the wrong breach',
    file: server('breaches/open-breaches.ts'),
    from: 'JSON.stringify([about.rule, about.subject, about.kind]);',
    to: 'JSON.stringify([about.rule, about.kind]);',
  },
  {
    name: 'notify twice',
    file: server('breaches/notices.ts'),
    from: "if (breach.duty === 'holder' || breach.severity === 'critical') {",
    to: "if (breach.duty === 'holder' || breach.severity === 'critical') {\n    if (breach.severity === 'critical') await queueAbout(tx, [breach], reportTo, breachNotice(inNotice(breach, assetTag), { origin: deps.origin, policyTitle }), deps);",
  },
  {
    name: 'judge by the wrong version',
    file: server('policies/rule-of-finding.ts'),
    from: 'const policy = judged ?? (await generalPolicy(db, organisation, at));',
    to: 'const policy = (await generalPolicy(db, organisation, at)) ?? judged;',
  },
  {
    name: 'take an unsigned answer',
    file: agent('uplink/exchange.ts'),
    from: 'signed: key !== undefined && verifyResponse(signable, response.headers, key),',
    to: 'signed: key !== undefined,',
  },
  {
    name: 'take an answer to another request',
    file: agent('uplink/exchange.ts'),
    from: 'signed: key !== undefined && verifyResponse(signable, response.headers, key),',
    to: `signed: key !== undefined && globalThis.signatures.some((requestSignature) =>
      verifyResponse({ ...signable, requestSignature }, response.headers, key)),`,
    also: {
      from: 'const sentAtMonotonic = options.clock.monotonic();',
      to: `const sentAtMonotonic = options.clock.monotonic();
  globalThis.signatures = [...(globalThis.signatures ?? []).slice(-40), signed.signature];`,
    },
  },
  {
    name: 'take a message with a wrong signature',
    file: server('ingest/claims.ts'),
    from: 'if (isGenuine(request, body, signed, key.verifying, deps.settings.authorities)) return;',
    to: 'if (key.verifying !== undefined) return;',
  },
  {
    name: 'leave the old key in force',
    file: server('enrolment/store.ts'),
    from: ".set({ revoked_at: at, revoked_why: 'replaced' })",
    to: ".set({ revoked_at: null, revoked_why: 'replaced' })",
  },
  {
    name: 'drop what waits at a new enrolment',
    file: agent('outbox/outbox.ts'),
    from: 'lost === 0 ? START : this.#losses.record(START, { to: lost, lost, now }), pending);',
    to: 'lost === 0 ? START : this.#losses.record(START, { to: lost, lost, now }), []);',
  },
  {
    name: 'move the bookmark before the finding is kept',
    file: agent('cycle/cycle.ts'),
    from: 'return options.outbox.transaction(() => keep(options, kept(), since));',
    to: 'if (options.orders.versions().length > 0) remember(options.memory, gathered, options.now());\n    return options.outbox.transaction(() => keep(options, kept(), since));',
  },
  {
    name: 'keep the verdict without the finding',
    file: agent('outbox/outbox.ts'),
    from: 'return this.#sql.inTransaction ? work() : this.#sql.transaction(work).immediate();',
    to: 'return work();',
  },
  {
    name: 'take what was sent for acknowledged',
    file: agent('outbox/outbox.ts'),
    from: 'if (broken === undefined && (asSent || this.#chain.continuesAt(head))) return this.#settleAt(head, now);',
    to: 'if (broken === undefined) return this.#settleAt({ sequence: batch.last, link: this.#chain.linkAt(batch.last) ?? head.link }, now);',
  },
  {
    name: 'number anew what the server may hold',
    file: agent('outbox/bounds.ts'),
    from: "Math.max(this.#chain.acked().sequence, this.#meta.integer('offered'))",
    to: 'this.#chain.acked().sequence',
  },
  {
    name: 'no grace',
    file: server('breaches/intake.ts'),
    from: 'if (rule.grace === undefined) return 0;',
    to: 'if (rule.id !== undefined) return 0;',
  },
  {
    name: 'put a breach off by a clock that is ahead',
    file: server('breaches/intake.ts'),
    from: 'Math.min(Date.parse(finding.at), deps.now)',
    to: 'Date.parse(finding.at)',
  },
  {
    name: 'never the same breach come back',
    file: server('breaches/open-breaches.ts'),
    from: 'now - COMES_BACK_WITHIN_MS',
    to: 'now + 1',
  },
  {
    name: 'leave a dead worker’s job',
    file: server('jobs/store.ts'),
    from: "row('due.leased_until', '<=', now)",
    to: "row('due.leased_until', '<=', 0)",
  },
  {
    name: 'two workers, one job',
    file: server('jobs/store.ts'),
    from: "row('due.leased_until', '<=', now)",
    to: "row('due.leased_until', '>=', 0)",
  },
  {
    name: 'never restate',
    file: server('ingest/ingest.ts'),
    from: 'if (stateDigest(await currentStates(tx, key)) === header.state.digest) return false;',
    to: 'if (stateDigest(await currentStates(tx, key)) !== undefined) return false;',
  },
  {
    name: 'an act outside of the chain',
    file: server('audit/record.ts'),
    from: 'const { sequence, link: previous } = await headOf(tx, organisation);',
    to: "const { sequence, link } = await headOf(tx, organisation); const previous = act.action === 'breach-closed' ? NO_LINK : link;",
  },
  {
    name: 'a document of the past',
    file: server('orders/documents.ts'),
    from: 'Math.max(now, has + 1, device.document_serial + 1);',
    to: 'device.document_serial + 1;',
  },
  {
    name: 'excuse a lapsed one',
    file: shared('authorisations/excuse.ts'),
    from: 'at < endFor(rule, one) &&',
    to: 'endFor(rule, one) > 0 &&',
  },
  {
    name: 'excuse for longer than the rule permits',
    file: shared('authorisations/excuse.ts'),
    from: 'Math.min(own, Math.max(...longest))',
    to: 'own',
  },
  {
    name: 'ignore the scope',
    file: shared('authorisations/excuse.ts'),
    from: '(NAMES_IT[rule.check]?.(one.scope, judgement) ?? true)',
    to: 'NAMES_IT !== undefined',
  },
  {
    name: 'ignore the rules that are named',
    file: shared('authorisations/excuse.ts'),
    from: '(one.scope.rules === undefined || one.scope.rules.includes(rule.id))',
    to: 'one.scope !== undefined',
  },
  {
    name: 'excuse a stick that is not encrypted',
    file: shared('authorisations/excuse.ts'),
    from: 'mustBeEncrypted(rule, one) || isEncrypted(judgement)',
    to: 'mustBeEncrypted(rule, one) || judgement !== undefined',
  },
  {
    name: 'a clock put back extends',
    file: shared('evaluate.ts'),
    from: 'Math.max(judgement.at, input.reached ?? judgement.at)',
    to: 'judgement.at',
  },
  {
    name: 'forget how late it has been',
    file: agent('cycle/cycle.ts'),
    from: 'if (now > meta.integer(REACHED_AT)) meta.set',
    to: 'meta.set',
  },
  {
    name: 'an older document of authorisations accepted',
    file: agent('orders/policy.ts'),
    from: 'open(jws, (current?.serial ?? 0) + 1)',
    to: 'open(jws, 1)',
  },
  {
    name: 'go on naming one that has lapsed',
    file: agent('cycle/transitions.ts'),
    from: 'excuseOf(a) === excuseOf(b);',
    to: 'excuseOf(a) !== 0;',
  },
  {
    name: 'keep a revoked one',
    file: server('authorisations/told.ts'),
    from: 'Math.min(row.valid_to, row.revoked_at ?? row.valid_to)',
    to: 'row.valid_to',
  },
  {
    name: 'tell only of those that nobody has revoked',
    file: server('authorisations/told.ts'),
    from: ".where('status', 'in', [sql.lit('approved'), sql.lit('revoked')])",
    to: ".where('status', '=', sql.lit('approved'))",
  },
  {
    name: 'no document for what was given since',
    file: server('orders/documents.ts'),
    from: 'const told = [policies, authorisations, ',
    to: 'const told = [policies, authorisations.length < 0, ',
  },
  {
    name: 'forget the end of an incident',
    file: server('authorisations/incidents.ts'),
    from: 'for (const one of ended) await endOne(tx, one, { at, actor });',
    to: '',
  },
  {
    name: 'give what one has asked for oneself',
    file: server('authorisations/lifecycle.ts'),
    from: 'if (sameName(person.name, requestedBy)) return',
    to: 'if (person.name === undefined) return',
  },
  {
    name: 'judge a device in store',
    file: shared('checks/contact.ts'),
    from: "if (state !== 'in-service') return",
    to: "if (state === 'quiet') return",
  },
  {
    name: 'forget that it was put back into service',
    file: shared('checks/contact.ts'),
    from: 'Math.max(lastContact, inServiceSince ?? 0), time)',
    to: 'lastContact, time)',
  },
  {
    name: 'count silence while the server was away',
    file: server('judging/uptime.ts'),
    from: 'spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);',
    to: 'spans.length < 1 ? 0 : to - from;',
  },
  {
    name: 'one beat for all time',
    file: server('judging/uptime.ts'),
    from: 'now - last.last_beat_at <= AWAY_AFTER_MS) {',
    to: 'now > 0) {',
  },
  {
    name: 'silent though it has called',
    file: server('judging/judge.ts'),
    from: 'latest(device.last_contact_at, device.enrolled_at, device.created_at)',
    to: 'latest(device.enrolled_at, device.created_at)',
  },
  {
    name: 'leave silence open when it calls',
    file: server('judging/apply.ts'),
    from: "after.verdict === 'fail' || (before !== undefined && after.verdict !== 'unknown')",
    to: "after.verdict === 'fail'",
  },
  {
    name: 'leave silence open when its rule ends',
    file: server('judging/apply.ts'),
    from: 'for (const { rule, subject } of changes.ended) {',
    to: 'for (const { rule, subject } of changes.ended.slice(1)) {',
  },
  {
    name: 'take before it is known what was there',
    file: server('withdrawals/target.ts'),
    from: "    if (before === null) return 'find';",
    to: "    if (before === null) return taken_at === null ? 'withdraw' : 'find';",
  },
  {
    name: 'give back what another withdrawal holds',
    file: server('withdrawals/settle.ts'),
    from: 'return (await openStepsOf(tx, organisation, id)).some(',
    to: 'return (await openStepsOf(tx, organisation, id)).every(',
  },
  {
    name: 'let go, and give nothing back',
    file: server('withdrawals/restore.ts'),
    from: 'if (step.target !== null) await queueTarget(tx, step, step.target, deps);',
    to: '',
  },
  {
    name: 'a withdrawal without an end',
    file: server('withdrawals/round.ts'),
    from: 'withdrawal.until <= now',
    to: 'withdrawal.until <= 0',
  },
  {
    name: 'a directory that failed once is left alone',
    file: server('withdrawals/carry-out.ts'),
    from: 'throw new TryLater(error.message, HOUR_MS, { cause: error });\n    throw error;',
    to: 'throw new TryLater(error.message, HOUR_MS, { cause: error });',
  },
  {
    name: 'what a run before has told is told',
    file: agent('orders/effects.ts'),
    from: 'isToldInThisRun && meta.integer',
    to: 'meta.integer',
  },
  {
    name: 'an older desired state',
    file: agent('orders/desired-state.ts'),
    from: 'atLeast: version });',
    to: 'atLeast: 0 });',
  },
  {
    name: 'a restriction that goes on for ever',
    file: agent('orders/restricting.ts'),
    from: 'if (over.length > 0) await this.#end',
    to: 'if (over.length > 9) await this.#end',
    also: { from: 'else if (holding.length === 0) await this.#clear(kind);', to: '' },
  },
  {
    name: 'what a lost store has put in force stays',
    file: agent('orders/restricting.ts'),
    from: 'else if (holding.length === 0) await this.#clear(kind);',
    to: '',
  },
  {
    name: 'a new key is named by itself',
    file: server('keys/keys.ts'),
    from: '[keys, keys.next, ...keys.former].find((key) => key?.keyId === named) ?? keys;',
    to: 'named === keys.next?.keyId ? (keys.next ?? keys) : keys;',
  },
  {
    name: 'what a former key had signed is forgotten with it',
    file: agent('identity/server-key.ts'),
    from: 'return former === undefined ? serverKey : verifyingKeyOf(former);',
    to: 'return serverKey;',
  },
  {
    name: 'a device is led back to a former key',
    file: server('keys/keys.ts'),
    from: 'former.some(({ keyId }) => keyId === named) ? publicJwk : undefined;',
    to: 'former.some(({ keyId }) => keyId === named) ? publicJwk : former[0]?.publicJwk;',
  },
];
