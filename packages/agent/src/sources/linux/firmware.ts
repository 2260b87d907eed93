import type { Files, Source } from '../source.ts';

const FIRMWARE = '/sys/firmware';
/** The UEFI specification's global variable. */
const VARIABLE = `${FIRMWARE}/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Four bytes of attributes and one of value; a machine that was not started by UEFI has no secure boot. */
async function secureBootOf(files: Files): Promise<{ SecureBoot: boolean | null }> {
  if (!(await files.list(FIRMWARE)).includes('efi')) return { SecureBoot: false };
  try {
    const variable = await files.readText(VARIABLE);
    return { SecureBoot: variable.codePointAt(4) === 1 };
  } catch (error) {
    return { SecureBoot: codeOf(error) === 'ENOENT' ? false : null };
  }
}

export const secureBoot: Source = {
  id: 'linux/secure-boot',
  platform: 'linux',
  reads: { kind: 'probe', what: VARIABLE, run: secureBootOf },
  privilege: 'none',
  timeLimitMs: 5_000,
  outputLimitBytes: 4_096,
  why: 'Says whether the firmware starts only systems that are signed.',
};
