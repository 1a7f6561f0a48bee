// Typed events for the provider. A listener that throws is reported and harms neither the others nor the provider.

type Listener = (...args: never[]) => void

export class Emitter<Events extends { [Name in keyof Events]: Listener }> {
  private readonly listeners = new Map<keyof Events, Set<Listener>>()

  /** Returns the function that takes the listener out. */
  on<Name extends keyof Events>(name: Name, listener: Events[Name]): () => void {
    const all = this.listeners.get(name) ?? new Set()
    this.listeners.set(name, all)
    // Wrapped, so that one function registered twice is called twice and taken out once.
    const entry: Listener = (...args) => listener(...args)
    all.add(entry)
    return () => all.delete(entry)
  }

  emit<Name extends keyof Events>(name: Name, ...args: Parameters<Events[Name]>): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) guarded(() => listener(...(args as never[])))
  }

  clear(): void {
    this.listeners.clear()
  }
}

/** Runs foreign code; what it throws goes to the console. */
export function guarded(call: () => void): void {
  try {
    call()
  } catch (error) {
    console.error('scriptorium: a listener threw', error)
  }
}
