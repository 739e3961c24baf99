import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The server serves the build from here; see server/src/api/portal-pages.ts.
  base: '/portal/',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Everything from files: the page's policy allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // These know `light-dark()`; what stands in for it elsewhere does not heed the scheme that a page is switched to.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    rolldownOptions: { input: { portal: 'index.html', embed: 'embed.html' } },
  },
});
