import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pageWeight } from './scripts/page-weight.ts';

/** Script that the first page may load: its entry, what that imports, and the overview. */
const FIRST_PAGE_GZIP_BYTES_MAX = 300_000;

export default defineConfig({
  plugins: [react(), pageWeight({ firstPages: ['SignIn', 'Overview'], gzipBytesMax: FIRST_PAGE_GZIP_BYTES_MAX })],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:4600' } },
});
