// Hocuspocus as it comes, of the version whose classes it is given. FLUSH_DELAY is its own setting, ms; DOCUMENTS a folder in
// which each document is kept as one file, by its own database extension.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export async function serve({ Server, Database }) {
  const { FLUSH_DELAY, DOCUMENTS, PORT = '0' } = process.env
  const fileOf = (name) => join(DOCUMENTS, encodeURIComponent(name))
  const database = () =>
    new Database({
      fetch: async ({ documentName }) => {
        try {
          return await readFile(fileOf(documentName))
        } catch (error) {
          if (error.code === 'ENOENT') return null
          throw error
        }
      },
      store: ({ documentName, state }) => writeFile(fileOf(documentName), state),
    })
  const server = new Server({
    address: '127.0.0.1',
    quiet: true,
    ...(FLUSH_DELAY === undefined ? {} : { flushDelay: Number(FLUSH_DELAY) }),
    extensions: DOCUMENTS === undefined ? [] : [database()],
  })
  // Its own listen() takes port 0 for none.
  server.configuration.port = Number(PORT)
  await server.listen()
  console.log(`http://127.0.0.1:${server.address.port}`)
}
