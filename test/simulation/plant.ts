import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Mutant } from './mutants.ts';

const ROOT = new URL('../../', import.meta.url);

/** Throws where the text that a fault is planted in is no longer there: such a mutant would test nothing. */
export function mutated({ name, file, also, ...first }: Mutant): string {
  const edits = also === undefined ? [first] : [first, also];
  return edits.reduce(
    (source, { from, to }) => {
      if (source.split(from).length !== 2)
        throw new Error(`"${name}" fits nowhere, or in more places than one: ${file} has changed`);
      return source.replace(from, () => to);
    },
    readFileSync(new URL(file, ROOT), 'utf8'),
  );
}

/** From here on this process loads the product with the fault in it. */
export function plant(mutant: Mutant): void {
  const url = pathToFileURL(fileURLToPath(new URL(mutant.file, ROOT))).href;
  const source = stripTypeScriptTypes(mutated(mutant));
  registerHooks({
    load: (asked, context, next) =>
      asked === url ? { format: 'module', source, shortCircuit: true } : next(asked, context),
  });
}
