import type { ScriptPiece, ScriptRunner, Source } from '../source.ts';

/**
 * Each piece is a command group that prints JSON, or ends with another code than 0. What it prints is put into one line
 * of its own answer: nothing that a tool says can end that line or begin another piece's. Ids are from the list of
 * sources and hold no character that JSON or the shell would have to have quoted.
 */
const answerOf = ({ id, text }: ScriptPiece): string => `
data=$(
${text}
)
code=$?
data=$(printf '%s' "$data" | tr -d '\\000-\\037')
if [ "$code" -eq 0 ] && [ -n "$data" ]; then printf '{"id":"${id}","ok":true,"data":%s}\\n' "$data"
else printf '{"id":"${id}","ok":false,"error":"exit-%s"}\\n' "$code"; fi`;

/** For what only several programs together tell, at most twenty seconds for all of them. */
const shell: ScriptRunner = {
  files: ['/bin/sh'],
  args: ['-s'],
  timeLimitMs: 20_000,
  compose: (pieces) => `set -u\n${pieces.map(answerOf).join('\n')}\n`,
};

export const shellScript = (what: string, text: string): Source['reads'] => ({
  kind: 'script',
  runner: shell,
  what,
  text,
});
