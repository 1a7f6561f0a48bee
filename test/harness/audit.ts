// The audit of the simulator, with its findings turned into failures of a test.
import { expect } from 'vitest'
import { describeFinding, type Promises, Audit as SilentAudit } from '../../simulate/audit.ts'

export { type Edit, type Mark, marksIn, type Promises } from '../../simulate/audit.ts'

export class Audit extends SilentAudit {
  /** Fails unless everything in `promises` is true of a text that was read after they were made. */
  expectKept(text: string, promises: Promises, where: string): void {
    expect(
      this.kept(text, promises).map((finding) => describeFinding(finding)),
      `the marks ${where}`,
    ).toEqual([])
  }

  /** Fails unless the text is what is left when everybody is done: every mark that was typed and not deleted, once. */
  expectFinal(text: string, where: string): void {
    expect(
      this.final(text).map((finding) => describeFinding(finding)),
      `the marks ${where}`,
    ).toEqual([])
  }
}
