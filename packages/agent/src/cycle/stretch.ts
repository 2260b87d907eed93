/** Of the timed cycles, while the agent uses too much: one an hour. */
const ONE_OF = 4;

/** Says of each timed cycle whether it is due: each, but where the agent is pressed to look less often. */
export function createStretch(isPressed: () => boolean): () => boolean {
  let leftOut = 0;
  return () => {
    const isDue = !isPressed() || leftOut + 1 >= ONE_OF;
    leftOut = isDue ? 0 : leftOut + 1;
    return isDue;
  };
}
