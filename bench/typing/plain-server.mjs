// Builds the page with nothing but CodeMirror in it and serves it, with the text that is to be typed in.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('plain', import.meta.url))
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' }

/** Resolves with `{ url, serve(text), close() }`; `folder`: where the built page may stand. */
export async function startPlainServer(folder) {
  const outDir = join(folder, 'plain')
  await build({ root, base: '/', logLevel: 'warn', build: { outDir, emptyOutDir: true, target: 'es2022' } })
  let text = ''
  const server = createServer(async ({ url = '/' }, response) => {
    if (url === '/text') return response.setHeader('content-type', 'text/plain; charset=utf-8').end(text)
    const file = url === '/' ? 'index.html' : url.slice(1)
    const type = types[extname(file)]
    // The page and its scripts; a browser's other wishes (an icon) are not there.
    if (type === undefined) return response.writeHead(404).end()
    response.setHeader('content-type', type).end(await readFile(join(outDir, file)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    serve(next) {
      text = next
    },
    close: () => server.close(),
  }
}
