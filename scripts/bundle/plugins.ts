import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** The addon's name beside the bundle. */
export const ADDON = 'better_sqlite3.node';

/** Such as `linux-x64`: how better-sqlite3 names its prebuilt addons. */
export function addonOfThisMachine(): string {
  const { glibcVersionRuntime } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header;
  const libc = process.platform === 'linux' && glibcVersionRuntime === undefined ? 'musl' : '';
  return `${process.platform}${libc}-${process.arch}`;
}

/**
 * better-sqlite3's own entry for one platform requires its addon by a fixed path: here it is the file beside the bundle,
 * so that nothing is searched for and only that file is ever loaded.
 */
export const addonBesideBundle = (kind: string): Plugin => ({
  name: 'addon-beside-bundle',
  setup(build) {
    build.onResolve({ filter: /^better-sqlite3$/ }, ({ resolveDir }) =>
      build.resolve(`better-sqlite3/${kind}`, { kind: 'import-statement', resolveDir }),
    );
    build.onResolve({ filter: /\.node$/ }, () => ({ path: `./${ADDON}`, external: true }));
  },
});

/** What the agent takes of undici. Its index also loads fetch, caches, mocks and WebSockets, at some 5 MiB of memory. */
const UNDICI = `
  import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
  import api from 'undici/lib/api/index.js';
  Object.assign(Dispatcher.prototype, api);
  export { default as Agent } from 'undici/lib/dispatcher/agent.js';
  export { default as Client } from 'undici/lib/dispatcher/client.js';
  export { default as EnvHttpProxyAgent } from 'undici/lib/dispatcher/env-http-proxy-agent.js';
`;

export const onlyDispatchers: Plugin = {
  name: 'only-dispatchers',
  setup(build) {
    const folder = join(import.meta.dirname, '../..');
    build.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'only-dispatchers' }));
    build.onLoad({ filter: /.*/, namespace: 'only-dispatchers' }, () => ({ contents: UNDICI, resolveDir: folder }));
  },
};
