import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { attackServer } from './run.ts';
const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seed = values.seed ?? randomBytes(4).toString('hex');
const outcome = await attackServer({
  seed,
  requests: values.only === undefined ? Number(values.requests) : 1,
  only: values.only === undefined ? undefined : Number(values.only),
});
const groups = new Map<string, { n: number; first: (typeof outcome.violations)[number] }>();
for (const v of outcome.violations) {
  const k = `${v.endpoint} | ${v.fault.slice(0, 160)}`;
  const g = groups.get(k);
  if (g) g.n += 1;
  else groups.set(k, { n: 1, first: v });
}
for (const [k, g] of groups)
  console.log(g.n, `#${g.first.index} [${g.first.kind}] ${g.first.caller} :: ${k}\n     ${g.first.shot.slice(0, 300)}`);
console.log(
  JSON.stringify({
    seed,
    endpoints: outcome.endpoints,
    attacked: outcome.attacked,
    fired: outcome.fired,
    violations: outcome.violations.length,
  }),
);
