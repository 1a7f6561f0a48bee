// The server as it was built last, in a process of its own on a temporary folder, for what drives a browser against it.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../dist/server/main.js', import.meta.url))

/** Starts it on a free port of 127.0.0.1; `stop` ends it and removes its folder. Rejects where nothing was built. */
export async function startServer() {
  const folder = await mkdtemp(join(tmpdir(), 'scriptorium-'))
  const args = ['--port', '0', '--host', '127.0.0.1', '--data', folder, '--log-level', 'warn']
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const url = await new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (piece) => {
      output += piece
      const found = /http:\/\/localhost:(\d+)/.exec(output)
      if (found) resolve(`http://127.0.0.1:${found[1]}`)
    })
    ended.then((code) => reject(new Error(`The server ended with ${code}. Run npm run build first.`)))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  return { url, stop }
}

/** Resolves with what `POST /api/documents` answers: id, keys and links. */
export async function createDocument(url, body) {
  const response = await fetch(`${url}/api/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`no document: ${response.status}`)
  return await response.json()
}
