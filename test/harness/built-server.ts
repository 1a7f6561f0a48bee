// The server as hosts run it: compiled, in a process of its own, ended by signals.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runServer as run, type ServerProcess } from '../../simulate/server-process.ts'

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

export type { ServerProcess } from '../../simulate/server-process.ts'

/** Starts it on a free port of 127.0.0.1 and resolves when it listens. */
export const runServer = (main: string, dataDir: string, args: string[] = []): Promise<ServerProcess> =>
  run(main, dataDir, { args })
