import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Mutant } from './mutants.ts';

const ROOT = new URL('../../', import.meta.url);

/** Throws where the text that a fault is planted in is no longer there: such a mutant would test nothing. */
function mutated({ name, file, from, to }: Mutant): string {
  const source = readFileSync(new URL(file, ROOT), 'utf8');
  if (source.split(from).length !== 2)
    throw new Error(`"${name}" fits nowhere, or in more places than one: ${file} has changed`);
  return stripTypeScriptTypes(source.replace(from, () => to));
}

/** From here on this process loads the product with the fault in it. */
export function plant(mutant: Mutant): void {
  const url = pathToFileURL(fileURLToPath(new URL(mutant.file, ROOT))).href;
  const source = mutated(mutant);
  registerHooks({
    load: (asked, context, next) =>
      asked === url ? { format: 'module', source, shortCircuit: true } : next(asked, context),
  });
}
