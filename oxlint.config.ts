import { defineConfig, type OxlintOverride } from 'oxlint';
import { layers, spawner } from './scripts/layers.ts';

type Pattern = { regex: string; message: string };

const mayNotSpawn: Pattern = {
  regex: '^(node:)?child_process$',
  message: `Run it through ${spawner}, the one file that starts processes: from its allow-list, with limits, without a shell.`,
};

const doesIo: Pattern = {
  regex: '^((node:)?(fs|net|http|https|http2|tls|dns|dgram|os|worker_threads|sqlite)(/.*)?|undici|better-sqlite3)$',
  message:
    'packages/shared does no I/O: take the data, the clock or a port (packages/shared/src/ports.ts) as an argument.',
};

const staysInside = (name: string): Pattern => ({
  regex: `^(@beadle/${name === 'shared' ? '' : '(agent|server)(/|$)'}|(\\.\\./)+(packages|agent|server|shared)/(.*/)?src/)`,
  message:
    'Agent and server never import each other; what both need is exported by @beadle/shared, which imports neither.',
});

/** What the files of one layer may not import: the names of every layer above it. */
const runsDown = (name: string, above: readonly string[]): Pattern[] =>
  above.length === 0
    ? []
    : [
        {
          regex: `^(\\.\\./)+(${above.join('|')})(\\.ts$|/)`,
          message: `Imports of packages/${name} run down only: move what is needed to a lower layer, or hand it in. The layers are in scripts/layers.ts.`,
        },
      ];

const restrict = (files: string[], patterns: Pattern[]): OxlintOverride => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

// An override replaces the one before it, so that each carries all that holds for its files.
const rulesOfPackage = (name: string) => {
  const always = [mayNotSpawn, staysInside(name), ...(name === 'shared' ? [doesIo] : [])];
  const source = `packages/${name}/src`;
  const inLayer = (layer: readonly string[], at: number, all: readonly (readonly string[])[]) =>
    restrict(
      layer.flatMap((unit) => [`${source}/${unit}.ts`, `${source}/${unit}/**`]),
      [...always, ...runsDown(name, all.slice(0, at).flat())],
    );
  return [restrict([`${source}/**`], always), ...(layers[name] ?? []).map(inLayer)];
};

const aboveHost = (layers['agent'] ?? []).filter((layer) => !layer.includes('host')).flat();
const rulesOfSpawner = restrict([spawner], [staysInside('agent'), ...runsDown('agent', aboveHost)]);

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/dist/**', '**/.build/**', 'data/**', 'coverage/**', 'test/recordings/**'],
  rules: {
    'import/no-cycle': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    // The compiler sees these better: exhaustive switches, promises' values, typebox's default export.
    'typescript/consistent-return': 'off',
    'promise/always-return': 'off',
    'import/no-named-as-default': 'off',
    'import/no-named-as-default-member': 'off',
    // Rows and messages are narrowed once their schema has been checked, which no rule can see.
    'typescript/no-unsafe-type-assertion': 'off',
    // Written for Express and for browsers' windows; Fastify awaits its handlers.
    'oxc/no-async-endpoint-handlers': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    // Taste.
    'no-underscore-dangle': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  },
  overrides: [
    ...Object.keys(layers).flatMap(rulesOfPackage),
    rulesOfSpawner,
    {
      files: ['**/test/**', 'test/**'],
      rules: { 'max-lines-per-function': 'off', 'typescript/unbound-method': 'off' },
    },
  ],
});
