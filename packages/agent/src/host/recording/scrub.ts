/** A BitLocker recovery password, and a FileVault recovery key. */
const RECOVERY_KEYS = [/\b\d{6}(?:-\d{6}){7}\b/, /\b[A-Z0-9]{4}(?:-[A-Z0-9]{4}){5}\b/];

/** True where the text holds what unlocks a disk, whichever source it came from. */
export const holdsRecoveryKey = (text: string): boolean => RECOVERY_KEYS.some((pattern) => pattern.test(text));

/** Folders that people's names are given to, on all platforms; in JSON a backslash is two. */
const HOMES = /(\/home\/|\/Users\/|\/run\/media\/|\/media\/|\b[A-Za-z]:\\{1,2}Users\\{1,2})([^/\\"':,;\s<>]+)/g;
/** They are nobody's. */
const NOBODYS = /^(Shared|Public|Default|All Users|lost\+found)$/i;

/** Gives each person the same other name wherever it stands in one recording. */
export function createPseudonyms() {
  const names = new Map<string, string>();
  const pseudonym = (name: string): string => {
    const known = names.get(name) ?? `user${names.size + 1}`;
    names.set(name, known);
    return known;
  };
  return (text: string): string =>
    text.replaceAll(HOMES, (whole, folder: string, name: string) =>
      NOBODYS.test(name) ? whole : `${folder}${pseudonym(name)}`,
    );
}
