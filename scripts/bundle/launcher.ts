/**
 * Flags that the agent runs with; what each saves is in docs/decisions/0004-the-bundle.md. Node's own settings in the
 * environment would let whoever starts the service put code into a privileged process: none is passed on.
 */
export const NODE_FLAGS = ['--max-semi-space-size=1', '--v8-pool-size=1', '--disable-sigusr1'] as const;

/** Memory that glibc would otherwise set aside for each thread, or keep after a large answer has been read. */
export const AGENT_ENVIRONMENT = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
  UV_THREADPOOL_SIZE: '2',
} as const;

/** Variables that nothing of the agent gets to see. */
export const REFUSED = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_USE_ENV_PROXY',
  'NODE_V8_COVERAGE',
  'NODE_DEBUG',
  'OPENSSL_CONF',
  'SSLKEYLOGFILE',
] as const;

const settings = Object.entries(AGENT_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);

const POSIX = `#!/bin/sh
# Runs the agent under the Node beside it, whatever the environment says of Node.
here=$(dirname -- "$(readlink -f -- "$0")")
unset ${REFUSED.join(' ')}
export ${settings.join(' ')}
exec "$here/node" ${NODE_FLAGS.join(' ')} "$here/agent.mjs" "$@"
`;

const WINDOWS = [
  '@echo off',
  'setlocal',
  ...REFUSED.map((name) => `set ${name}=`),
  'set UV_THREADPOOL_SIZE=2',
  `"%~dp0node.exe" ${NODE_FLAGS.join(' ')} "%~dp0agent.mjs" %*`,
  'exit /b %ERRORLEVEL%',
  '',
].join('\r\n');

/** The program that is started as `beadle-agent` on a platform. */
export const launcher = (platform: NodeJS.Platform): { readonly name: string; readonly text: string } =>
  platform === 'win32' ? { name: 'beadle-agent.cmd', text: WINDOWS } : { name: 'beadle-agent', text: POSIX };
