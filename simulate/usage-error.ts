// The command was wrong, or there is nothing to test: one line for a person, and exit code 2.

export class UsageError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'UsageError'
  }
}
