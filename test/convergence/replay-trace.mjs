// The command `npm run trace`: loads its TypeScript with Vite, so that it runs on every Node that the product supports.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const command = fileURLToPath(new URL('replay-trace.ts', import.meta.url))
const { module } = await runnerImport(command, { configFile: false, logLevel: 'error' })
process.exit(await module.main(process.argv.slice(2)))
