export { createDice, type Dice } from '../../scripts/simulated/dice.ts';
