// What the person at the terminal sees while it runs: one line that changes, or plain lines where there is no terminal.
import type { Second } from './measure.ts'

const barWidth = 24
/** Without a terminal a line this often. */
const plainEverySeconds = 5

export class Progress {
  private readonly out: NodeJS.WriteStream
  private hasBar = false
  private seconds = 0

  constructor(out: NodeJS.WriteStream) {
    this.out = out
  }

  second(second: Second, share: number): void {
    const isDue = ++this.seconds % plainEverySeconds === 0
    if (!this.out.isTTY && !isDue) return
    const { edits, saved, savedP50, savedP99, live, unsaved, serverBytes, lagMs } = second
    const figures = [
      `${live} live`,
      `${edits} edits/s`,
      `${unsaved} unsaved`,
      ...(saved > 0 ? [`saved in ${savedP50.toFixed(0)} ms (p99 ${savedP99.toFixed(0)})`] : []),
      ...(serverBytes === undefined ? [] : [`server ${Math.round(serverBytes / 1024 / 1024)} MB`]),
      ...(lagMs > 200 ? [`this tool is ${lagMs.toFixed(0)} ms late`] : []),
    ].join(' · ')
    const percent = `${Math.round(share * 100)} %`.padStart(5)
    if (!this.out.isTTY) {
      this.out.write(`${percent}  ${figures}\n`)
      return
    }
    const full = Math.round(share * barWidth)
    const line = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}${percent}  ${figures}`
    this.out.write(`\r\u001b[K${line.slice(0, (this.out.columns ?? 80) - 1)}`)
    this.hasBar = true
  }

  say(what: string): void {
    if (this.hasBar) this.out.write('\r\u001b[K')
    this.hasBar = false
    this.out.write(`${what}\n`)
  }
}
