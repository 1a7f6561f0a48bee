// What a client of Scriptorium has to know of the build that it talks to.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** `folder`: `shared/` of a build, or undefined where the server is another. */
export async function readShared(folder) {
  if (folder === undefined) return undefined
  const load = (file) => import(pathToFileURL(join(folder, file)).href)
  const [wire, { protocolVersion }, { limits }] = await Promise.all(['wire.js', 'protocol.js', 'limits.js'].map(load))
  return { ...wire, protocolVersion, limits }
}
