// Web Locks for Node, as far as the roll call uses them: one holder per name, and who holds what.
export class FakeLocks {
  readonly #held = new Set<string>()

  async request(name: string, hold: () => Promise<void> | undefined): Promise<void> {
    this.#held.add(name)
    try {
      await hold()
    } finally {
      this.#held.delete(name)
    }
  }

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: [...this.#held].map((name) => ({ name })) }
  }
}
