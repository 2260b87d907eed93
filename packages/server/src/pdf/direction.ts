const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LEFT_TO_RIGHT = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]/u;

export const hasRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(text);

/**
 * The words of a line in the order in which they are seen: those of a script that runs from right to left stand the
 * other way round among themselves. Less than the Unicode bidirectional algorithm (UAX #9), and enough for a name or a
 * phrase in a British council's record.
 */
export function asSeen(line: string): string {
  const words = line.trimEnd().split(' ');
  const seen: string[] = [];
  let run: string[] = [];
  for (const word of words) {
    if (RIGHT_TO_LEFT.test(word) || (run.length > 0 && !LEFT_TO_RIGHT.test(word))) run.unshift(word);
    else {
      seen.push(...run, word);
      run = [];
    }
  }
  return [...seen, ...run].join(' ') + line.slice(line.trimEnd().length);
}
