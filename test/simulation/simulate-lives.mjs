// The command `npm run lives`: loads its TypeScript with Vite, so that it runs on every Node that the product supports.
import { load } from './mutation.mjs'

const { main } = await load('simulate-lives.ts')
process.exitCode = await main(process.argv.slice(2))
