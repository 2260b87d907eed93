export const TYPES = { json: 'application/json', html: 'text/html', pdf: 'application/pdf' } as const;
export type Format = keyof typeof TYPES;
export const FORMATS = Object.keys(TYPES) as Format[];

const weightOf = (parameters: readonly string[]): number => {
  const weight = parameters.find((parameter) => parameter.trim().startsWith('q='));
  return weight === undefined ? 1 : Number(weight.trim().slice(2)) || 0;
};

/** The form that an `Accept` header likes best (RFC 9110, 12.5.1); JSON where it has no preference. */
export function formatFor(accept: string | undefined): Format | undefined {
  const ranges = (accept ?? '*/*').split(',').map((part) => {
    const [range = '', ...parameters] = part.split(';');
    return { range: range.trim().toLowerCase(), weight: weightOf(parameters) };
  });
  const weigh = (type: string) => {
    const exact =
      ranges.find(({ range }) => range === type) ?? ranges.find(({ range }) => range === `${type.split('/')[0]}/*`);
    return (exact ?? ranges.find(({ range }) => range === '*/*'))?.weight ?? 0;
  };
  const offered = FORMATS.map((format) => ({ format, weight: weigh(TYPES[format]) }));
  const best = offered.reduce((a, b) => (b.weight > a.weight ? b : a));
  return best.weight > 0 ? best.format : undefined;
}
