// The server as hosts run it, in a process of its own that may be killed, starved of disk and started again.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'

export type ServerProcess = {
  /** With the address 127.0.0.1. */
  url: string
  child: ChildProcess
  /** What it has written to standard output and standard error; the beginning goes when it is too much. */
  output(): string
  /** Exit code, or the name of the signal that ended it. */
  exit: Promise<number | string>
}

/** Characters of output that are kept. */
const outputLengthMax = 256 * 1024

export type RunOptions = { args?: readonly string[]; uid?: number; onLine?: (line: string) => void }

/** Starts it on a free port of 127.0.0.1 (unless `args` name one) and resolves when it listens; rejects when it ends before. */
export async function runServer(main: string, dataDir: string, options: RunOptions = {}): Promise<ServerProcess> {
  const { args = [], uid, onLine = () => undefined } = options
  const flags = ['--port', '0', '--host', '127.0.0.1', '--data', dataDir, ...args]
  // What a host has set for his own server is not for this one.
  const env = { ...process.env, PUBLIC_URL: '', ALLOWED_ORIGINS: '', TRUST_PROXY: '' }
  const child = spawn(process.execPath, [main, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    ...(uid !== undefined && { uid, gid: uid }),
  })
  let output = ''
  let line = ''
  const ended = Promise.race([
    once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string),
    // It could not even be started.
    once(child, 'error').then(([error]) => String(error)),
  ])
  const url = await new Promise<string>((resolve, reject) => {
    const read = (piece: Buffer) => {
      const text = piece.toString()
      output = (output + text).slice(-outputLengthMax)
      const lines = (line + text).split('\n')
      line = (lines.pop() ?? '').slice(-outputLengthMax)
      for (const whole of lines) onLine(whole)
      const found = /http:\/\/localhost:(\d+)/.exec(output)
      if (found) resolve(`http://127.0.0.1:${found[1]}`)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void ended.then((code) => reject(new Error(`the server ended with ${code}: ${output.trim()}`)))
  })
  return { url, child, output: () => output, exit: ended }
}

/** A server on one port and folder, through several lives. */
export interface OwnServer {
  readonly url: string
  readonly port: number
  readonly dataDir: string
  /** Throws Error while it does not run. */
  readonly pid: number
  /** SIGKILL by default: nothing is drained, flushed or said. Resolves with its exit code or signal when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<number | string | undefined>
  /** The same folder and port again. */
  start(): Promise<void>
  /** What it said, all lives together. */
  output(): string
}

export type OwnServerOptions = {
  onLine?: (line: string) => void
  /** It ended though nobody had ended it. */
  onUnasked?: (exit: number | string) => void
}

/** `main`: the built server. Resolves when it listens, the first time on a free port. */
export async function startOwnServer(
  main: string,
  dataDir: string,
  options: OwnServerOptions = {},
): Promise<OwnServer> {
  const { onLine = () => undefined, onUnasked = () => undefined } = options
  let before = ''
  const run = async (args: string[]) => {
    const process = await runServer(main, dataDir, { args: ['--log-level', 'warn', ...args], onLine })
    void process.exit.then((code) => {
      if (running === process) onUnasked(code)
    })
    return process
  }
  let running: ServerProcess | undefined
  running = await run([])
  const { url } = running
  const port = Number(new URL(url).port)
  return {
    url,
    port,
    dataDir,
    get pid() {
      const pid = running?.child.pid
      if (pid === undefined) throw new Error('the server does not run')
      return pid
    },
    async kill(signal = 'SIGKILL') {
      const ending = running
      running = undefined
      if (ending === undefined) return undefined
      ending.child.kill(signal)
      const exit = await ending.exit
      before = (before + ending.output()).slice(-outputLengthMax)
      // Somebody else ended it before, or it broke: what it said is all there is to go by.
      if (signal === 'SIGKILL' && exit !== 'SIGKILL') throw new Error(`it had ended with ${exit}: ${ending.output()}`)
      return exit
    },
    async start() {
      // Of two --port the last one counts.
      running = await run(['--port', String(port)])
    },
    output: () => before + (running?.output() ?? ''),
  }
}

/**
 * The kernel's limit on the size of files, lowered to one byte or lifted on a running process: every write fails as on a
 * full disk (EFBIG; Node ignores SIGXFSZ). The soft limit alone, which may be raised again. Throws Error where it cannot.
 */
export function limitDisk(pid: number, isFull: boolean): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${isFull ? '1' : 'unlimited'}:`], { stdio: 'pipe' })
}

/** Whether `limitDisk` works here, found by trying on this process. */
export function canLimitDisk(): boolean {
  try {
    limitDisk(process.pid, false)
    return true
  } catch {
    return false
  }
}
