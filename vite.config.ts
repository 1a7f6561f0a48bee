// Builds the page. In `npm run dev` Vite serves it and hands everything else to the server on port 3000.
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'client',
  build: { outDir: '../dist/page', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  server: {
    port: 5173,
    proxy: {
      '/socket.io': { target: 'http://localhost:3000', ws: true },
      '/api': 'http://localhost:3000',
    },
  },
})
