// Builds the page. In `npm run dev` Vite serves it and hands everything else to the server on port 3000.
import { defineConfig } from 'vite'

const server = `http://localhost:${process.env.PORT ?? 3000}`

export default defineConfig({
  root: 'client',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    // test/unit/bundle.test.ts reads from it what the first load consists of.
    manifest: true,
  },
  // Modules, so that what the preview's worker needs seldom is loaded seldom.
  worker: { format: 'es' },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      '/socket.io': { target: server, ws: true },
      '/api': server,
    },
  },
})
