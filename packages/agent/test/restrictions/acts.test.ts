import { describe, expect, it } from 'vitest';
import { argumentsOf, type Act, programOfAct } from '../../src/host/act.ts';
import { PLATFORMS } from '../../src/host/host.ts';
import { actsFor } from '../../src/restrictions/registry.ts';
import { sourcesFor } from '../../src/sources/registry.ts';

describe.each(PLATFORMS)('the acts of %s', (platform) => {
  const acts = actsFor(platform);

  it('have ids of their own, a platform, and say why', () => {
    const ids = [...acts, ...sourcesFor(platform)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(acts.filter((act) => act.platform !== platform || act.why.length < 20)).toEqual([]);
  });

  it('start programs by absolute paths, with free arguments that are wholly of one form', () => {
    const programs = acts.flatMap(({ does }) => (does.kind === 'command' ? [does] : []));
    expect(programs.flatMap(({ files }) => files).filter((file) => !/^(\/|[A-Z]:\\)/.test(file))).toEqual([]);
    const free = programs.flatMap(({ args }) => args).filter((arg) => arg instanceof RegExp);
    expect(free.filter((form) => form.flags.includes('g'))).toEqual([]);
    for (const text of ['', 'a\u0007b', '\u0000'])
      expect(free.filter((form) => text.match(form)?.[0] === text)).toEqual([]);
  });
});

describe('an act', () => {
  const act: Act = {
    id: 'linux/try',
    platform: 'linux',
    kind: 'acts',
    does: { kind: 'command', files: ['/bin/echo'], args: ['one', /[a-z]{1,3}/, 'three'] },
    timeLimitMs: 1000,
    outputLimitBytes: 1000,
    why: 'for this test',
  };

  it.each([
    [['two'], ['one', 'two', 'three']],
    [['two!'], undefined],
    [['twofold'], undefined],
    [[], undefined],
    [['a', 'b'], undefined],
  ])('with %j runs %j', (parameters, expected) => {
    expect(act.does.kind === 'command' && argumentsOf(act.does.args, parameters)).toEqual(expected);
  });

  it('is run only where it is in the list, the very object, and given no more than it takes', () => {
    expect(programOfAct([act], act, { parameters: ['two'] })).toBeDefined();
    expect(programOfAct([act], { ...act }, { parameters: ['two'] })).toBeUndefined();
    expect(programOfAct([act], act, { parameters: ['two'], input: 'more' })).toBeUndefined();
  });
});
