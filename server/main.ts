#!/usr/bin/env node
// The command `scriptorium`: turns flags and environment into a configuration, starts the server, ends it on a signal.
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { limits } from '../shared/limits.ts'
import { helpText, parseCommand } from './config.ts'
import { createScriptorium } from './server.ts'

const exitUsage = 2

const command = parseCommand(process.argv.slice(2), process.env)
switch (command.kind) {
  case 'help':
    console.log(helpText())
    break
  case 'version':
    console.log(version())
    break
  case 'wrong':
    console.error(`${command.message}\nSee: scriptorium --help`)
    process.exitCode = exitUsage
    break
  case 'simulate': {
    // Only when asked for: the server needs nothing of it.
    const { simulate } = await import('../simulate/command.ts')
    // At once: Node 20 can hang for ever when it takes down what hundreds of cut sockets have left.
    process.exit(await simulate(command.args))
    break
  }
  case 'doctor': {
    const { doctor } = await import('./commands/doctor.ts')
    process.exitCode = await doctor(command.args, process.env, terminal())
    break
  }
  case 'serve':
    await serve(command.config)
    break
}

async function serve(config: Parameters<typeof createScriptorium>[0]): Promise<void> {
  let app: Awaited<ReturnType<typeof createScriptorium>> | undefined
  try {
    app = await createScriptorium(config)
    await app.listen()
  } catch (error) {
    console.error(`Scriptorium cannot start: ${explain(error, config)}`)
    await app?.close()
    process.exit(1)
  }
  console.log(`Scriptorium keeps its documents in ${config.dataDir}`)
  for (const address of addresses(app.url, config)) console.log(`  ${address}`)
  stopOnSignal(app)
}

/** Progress stays on one line, of standard error: standard output is for what a command has found. */
function terminal(): { say(text: string): void; complain(text: string): void; progress(text: string): void } {
  const { stderr } = process
  const clear = stderr.isTTY ? '\r\x1b[K' : ''
  return {
    say(text) {
      stderr.write(clear)
      console.log(text)
    },
    complain: (text) => console.error(`${clear}${text}`),
    progress: (text) => {
      if (stderr.isTTY) stderr.write(`${clear}${text.slice(0, stderr.columns - 1)}`)
    },
  }
}

/** The first signal drains; a second one, or a drain that hangs, ends at once: acknowledged text is safe already. */
function stopOnSignal(app: { close(): Promise<void> }): void {
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1)
      isStopping = true
      setTimeout(() => process.exit(1), limits.drainMsMax).unref()
      app.close().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}

function explain(error: unknown, { port }: { port?: number }): string {
  const code = (error as NodeJS.ErrnoException | null)?.code
  const { syscall, path } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `port ${port} is taken. Choose another with --port or PORT.`
  if (code === 'EACCES' && syscall === 'listen')
    return `port ${port} is not allowed for this user. Choose one above 1023.`
  if (path !== undefined && (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')) {
    return `the data folder cannot be written by this user (${path}). Choose another with --data or DATA_DIR.`
  }
  if (code === 'EEXIST' || code === 'ENOTDIR') return `the data folder is a file (${path}). Choose another with --data.`
  return error instanceof Error ? error.message : String(error)
}

/** Where people find the server: this machine, its public address, and the local network when it listens there. */
function addresses(url: string, { host, publicUrl }: { host?: string; publicUrl?: string | undefined }): string[] {
  const port = new URL(url).port
  const lan = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `Network: http://${address}:${port}`)
  const isPublic = host === '0.0.0.0' || host === '::'
  return [`Local:   ${url}`, ...(isPublic ? lan : []), ...(publicUrl === undefined ? [] : [`Public:  ${publicUrl}`])]
}

function version(): string {
  const url = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version
}
