/**
 * A choice that this browser remembers: a signal over one key of localStorage.
 * Other tabs of the site follow. A browser that keeps nothing still has the choice until it closes.
 */

export class Remembered<T extends string> {
  readonly #key: string;
  readonly #allowed: readonly T[];
  readonly #fallback: T;
  #value: T;

  constructor(key: string, allowed: readonly T[], fallback: T) {
    this.#key = key;
    this.#allowed = allowed;
    this.#fallback = fallback;
    this.#value = $state(this.#read());
    addEventListener('storage', (event) => {
      // A cleared storage has no key.
      if (event.key === key || event.key === null) this.#value = this.#read();
    });
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    this.#value = value;
    try {
      localStorage.setItem(this.#key, value);
    } catch {
      // Kept for this page alone.
    }
  }

  #read(): T {
    let found: string | null = null;
    try {
      found = localStorage.getItem(this.#key);
    } catch {
      // Not allowed to remember.
    }
    return this.#allowed.find((value) => value === found) ?? this.#fallback;
  }
}
