// Makes `dist`, the package that `npm pack` packs.
import { fileURLToPath } from 'node:url';
import { buildPackage } from '../scripts/package.mjs';

buildPackage(fileURLToPath(new URL('.', import.meta.url)));
