/**
 * Which owner of a room to believe: one of a lower epoch than was seen before is an old one, and is
 * asked no more; met so often in a row, it is the one that there is. Pure.
 */

/** Lower epochs in a row after which they are believed. */
export const LOWER_MAX = 3;

export class Epochs {
  #highest = 0;
  #lower = 0;

  /** What to make of an owner's epoch: stay, try again, or try again as if never there. */
  meet(epoch: number): 'newest' | 'older' | 'believed' {
    if (epoch >= this.#highest) {
      this.#highest = epoch;
      this.#lower = 0;
      return 'newest';
    }
    this.#lower += 1;
    if (this.#lower < LOWER_MAX) return 'older';
    this.#highest = 0;
    this.#lower = 0;
    return 'believed';
  }
}
