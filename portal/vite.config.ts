import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The server serves the build from here; see server/src/api/pages.ts.
  base: '/portal/',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Everything from files: the page's policy allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: { embed: 'embed.html' } },
  },
});
