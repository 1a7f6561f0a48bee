// A built server that is killed and started again on the same port and folder.
import { runServer, type ServerProcess } from './built-server.ts'

export type KillableServer = {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** SIGKILL by default: nothing is drained, flushed or said. Resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** The same folder and port again. */
  start(): Promise<void>
}

/** `main`: of `buildServer`. Resolves when it listens, the first time on a free port. */
export async function startKillableServer(main: string, dataDir: string): Promise<KillableServer> {
  const flags = ['--log-level', 'warn']
  let running: ServerProcess | undefined = await runServer(main, dataDir, flags)
  const { url } = running
  const port = Number(new URL(url).port)
  return {
    url,
    port,
    get pid() {
      const pid = running?.child.pid
      if (pid === undefined) throw new Error('the server does not run')
      return pid
    },
    async kill(signal = 'SIGKILL') {
      const ending = running
      running = undefined
      if (ending === undefined) return
      ending.child.kill(signal)
      const exit = await ending.exit
      // Somebody else ended it before, or it broke: what it said is all there is to go by.
      if (signal === 'SIGKILL' && exit !== 'SIGKILL') throw new Error(`it had ended with ${exit}: ${ending.output()}`)
    },
    async start() {
      // Of two --port the last one counts.
      running = await runServer(main, dataDir, [...flags, '--port', String(port)])
    },
  }
}
