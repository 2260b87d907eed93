import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_FLAGS, REFUSED } from '../../bundle/launcher.ts';
import { runTool } from '../../bundle/tool.ts';
import { compiledIn, type Licensed } from '../licences.ts';

const sources = join(import.meta.dirname, 'service');
const COMPILER = 'x86_64-w64-mingw32-gcc';

/**
 * What the service hands to the agent, which is stopped by the end of its input and enrols by what the installer was given.
 * The service puts the file behind it.
 */
export const RUN_ARGUMENTS = ['run', '--until-input-ends', '--enrolment'] as const;

const wide = (text: string): string => `L"${text}"`;

/** The header by which the service starts the agent as the launcher does. */
export const header = (): string =>
  [
    `#define NODE_FLAGS ${wide(NODE_FLAGS.join(' '))}`,
    `#define RUN_ARGUMENTS ${wide(RUN_ARGUMENTS.join(' '))}`,
    `#define REFUSED_VARIABLES ${REFUSED.map(wide).join(', ')}`,
    '',
  ].join('\n');

const WARNINGS = ['-std=c11', '-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Wformat=2', '-Werror'];
/** No time of the build and no path of this machine in it: the same compiler makes the same bytes. */
const SAME_BYTES = ['-O2', '-s', '-fno-ident', '-Wl,--no-insert-timestamp', '-Wl,--build-id=none'];
/** Loaded at random addresses, its data not run. */
const HARDENED = ['-fstack-protector-strong', '-Wl,--dynamicbase,--high-entropy-va,--nxcompat'];
const WINDOWS = ['-municode', '-mconsole', '-static', '-D_WIN32_WINNT=0x0A00', '-DUNICODE', '-D_UNICODE'];
const LIBRARIES = ['-ladvapi32', '-lshell32', '-lole32', '-luuid'];

const VERSION_SOURCE =
  '#include <_mingw.h>\n__MINGW64_VERSION_MAJOR.__MINGW64_VERSION_MINOR.__MINGW64_VERSION_BUGFIX\n';

/** What the compiler put into the program of its own. */
function runtimeParts(folder: string): readonly Licensed[] {
  writeFileSync(join(folder, 'version.c'), VERSION_SOURCE);
  const printed = runTool(COMPILER, ['-E', '-P', 'version.c'], { cwd: folder });
  const mingw = printed.trim().split('\n').at(-1)?.replaceAll(' ', '') ?? '';
  const gcc = runTool(COMPILER, ['-dumpfullversion']).trim();
  return [
    compiledIn('mingw-w64-runtime', mingw, 'ZPL-2.1'),
    compiledIn('gcc-runtime', gcc, 'GPL-3.0-or-later WITH GCC-exception-3.1'),
  ];
}

/** Compiles the service for 64-bit Windows 10 and later into the file `to`. Needs mingw-w64's gcc, parts of which it names. */
export function compileService(to: string): readonly Licensed[] {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-service-'));
  try {
    writeFileSync(join(folder, 'agent.h'), header());
    const files = ['service.c', 'child.c', 'data.c'];
    const options = [...WARNINGS, ...SAME_BYTES, ...HARDENED, ...WINDOWS, `-I${folder}`];
    runTool(COMPILER, [...options, '-o', to, ...files, ...LIBRARIES], { cwd: sources });
    return runtimeParts(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
