import { coverageOfPolicy, HOW_KEPT, type PolicyDocument, rulesOf } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from '../../access.ts';
import { type RuleFigure, standingByRule } from '../../devices/figures.ts';
import { problem } from '../../errors.ts';
import { may } from '../../people/permissions.ts';
import { policyOfVersion } from '../../policies/store.ts';
import { holdersOf, listPolicies } from '../../policies/upload.ts';
import { type PageDeps, showPage } from '../console.ts';
import { type Standing, standingOf } from '../policy-standing.ts';
import { howWords, ruleInWords } from '../rule-words.ts';

const Version = Type.Object({ version: Type.String({ minLength: 1, maxLength: 80 }) }, { additionalProperties: false });

const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  'in-force': 'in force',
  coming: 'to come',
  withdrawn: 'withdrawn',
  superseded: 'replaced',
};

/** Every version as a page shows it, the newest first. */
async function versionsOf({ db, clock }: PageDeps, organisation: string) {
  const now = clock.now();
  const all = await listPolicies(db, organisation);
  const inForce = holdersOf(all, now);
  return all.map((policy) => ({
    ...policy,
    standing: STANDING_WORDS[standingOf(policy, inForce.has(policy.serial), now)],
  }));
}

function clausesOf(document: PolicyDocument, figures: readonly RuleFigure[]) {
  const rules = new Map(rulesOf(document).map((rule) => [rule.id, rule]));
  return coverageOfPolicy(document).map((clause) => ({
    clause: clause.clause,
    says: clause.says,
    how: howWords(clause.how),
    note: clause.note,
    rules: clause.rules.flatMap(({ id }) => {
      const rule = rules.get(id) ?? document.rules.find((one) => one.id === id);
      return rule === undefined ? [] : [{ ...ruleInWords(rule), figure: figures.find((one) => one.rule === id) }];
    }),
  }));
}

/** How many clauses are kept in each way; a way in which none is kept is not named. */
const countsOf = (document: PolicyDocument) => {
  const clauses = coverageOfPolicy(document);
  return HOW_KEPT.map((how) => ({
    how: howWords(how),
    count: clauses.filter((clause) => clause.how === how).length,
  })).filter(({ count }) => count > 0);
};

/** `GET /policies/:version`, which accounts for every clause and is made to be printed. */
export const policyPage: FastifyPluginAsyncTypebox<PageDeps> = async (app, deps) => {
  const config = { access: 'policies:read' } as const;
  app.get('/policies/:version', { schema: { hide: true, params: Version }, config }, async (request, reply) => {
    const { organisation, role } = callerOf(request);
    const { version } = request.params;
    const stored = await policyOfVersion(deps.db, organisation, version);
    const policy = (await versionsOf(deps, organisation)).find(({ serial }) => serial === stored?.serial);
    if (stored === undefined || policy === undefined)
      throw problem('policy-unknown', `There is no policy of version ${version}.`);
    // What devices say now is about the rules that hold now.
    const figures =
      policy.standing === 'in force' && may(role, 'devices:read') ? await standingByRule(deps.db, organisation) : [];
    const { document } = stored;
    const model = { policy, document, clauses: clausesOf(document, figures), counts: countsOf(document) };
    return showPage(deps, { request, reply }, 'policy', model, { section: 'policies' });
  });
};
