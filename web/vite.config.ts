/** How the web app is built, and where `npm run dev` finds a server for it. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { emojiData } from './scripts/emoji-data.mjs';

const server = process.env.INSTANTCHAT_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte(), emojiData()],
  build: {
    target: 'es2022',
    // The policy of the server allows no `data:` fonts and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // What the first page needs comes in one file: each more costs a request and its headers.
      output: { codeSplitting: { groups: [{ name: 'app', tags: ['$initial'] }] } },
    },
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/files': { target: server },
    },
  },
  // Property tests take long where the machine is busy.
  test: { include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});
