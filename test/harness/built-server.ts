// The server as hosts run it: compiled, in a process of its own, ended by signals.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Compiles the server into a folder of its own, beside a page of one line. The caller removes the folder. */
export function buildServer(): { folder: string; main: string; remove(): void } {
  mkdirSync(join(root, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tmp', 'built-'))
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['-p', join(root, 'tsconfig.build.json'), '--outDir', folder, '--noCheck', '--declaration', 'false']
  execFileSync(process.execPath, [compiler, ...options], { cwd: root, stdio: 'pipe' })
  const main = join(folder, 'server', 'main.js')
  if (!existsSync(main)) throw new Error('the server was not compiled')
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>')
  return { folder, main, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export type ServerProcess = {
  url: string
  child: ChildProcess
  /** Everything it has written to standard output and standard error. */
  output(): string
  /** Exit code, or the name of the signal that ended it. */
  exit: Promise<number | string>
}

/** Starts it on a free port of 127.0.0.1 and resolves when it listens. */
export async function runServer(main: string, dataDir: string, args: string[] = []): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main, '--port', '0', '--host', '127.0.0.1', '--data', dataDir, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  const url = await new Promise<string>((resolve, reject) => {
    const read = (piece: Buffer) => {
      output += piece.toString()
      const found = /http:\/\/localhost:(\d+)/.exec(output)
      if (found) resolve(`http://127.0.0.1:${found[1]}`)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void exit.then((code) => reject(new Error(`the server ended with ${code}: ${output}`)))
  })
  return { url, child, output: () => output, exit }
}
