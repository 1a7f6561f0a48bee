// A server of one build with one document in it, and the people in that document: each in a process of its own. Not tied to
// cores: the browser that is measured uses several, and is what needs the better ones.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Resolves when the text of that length is written; the caller closes it. `out`: where the data may be kept meanwhile. */
export async function openWorld(dist, length, out) {
  const { runServer } = await import(pathToFileURL(join(dist, 'simulate/server-process.js')).href)
  const folder = mkdtempSync(join(out, 'typing-'))
  const server = await runServer(join(dist, 'server/main.js'), folder, { args: ['--log-level', 'warn'] })
  const kill = () => server.child.kill()
  // However this process ends.
  process.once('exit', kill)
  const closes = [
    async () => {
      process.off('exit', kill)
      kill()
      await server.exit
      rmSync(folder, { recursive: true, force: true })
    },
  ]
  const close = async () => {
    for (const end of closes.reverse()) await end()
  }
  try {
    const document = await createDocument(server.url)
    const job = JSON.stringify({ dist, url: server.url, document })
    const child = fork(fileURLToPath(new URL('people.mjs', import.meta.url)), [job])
    closes.push(async () => {
      if (!child.connected) return
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    })
    const ask = async (message) => {
      child.send(message)
      const [{ done, failed }] = await once(child, 'message')
      if (failed) throw new Error(failed)
      return done
    }
    const written = await ask({ task: 'write', length })
    return {
      written,
      url: `${server.url}/d/${document.id}#${document.keys.edit}`,
      /** So many people are in the document from now on, half of them around this offset. */
      async meet(count, offset) {
        await ask({ task: 'gather', offset })
        await ask({ task: 'meet', count })
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function createDocument(url) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/documents`, { method: 'POST', headers, body: '{}' })
  if (response.status !== 201) throw new Error(`no document: ${response.status} ${await response.text()}`)
  return response.json()
}
