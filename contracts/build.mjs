// Makes `dist`, the package as it is published.
import { fileURLToPath } from 'node:url';
import { buildPackage } from '../scripts/package.mjs';

buildPackage(fileURLToPath(new URL('.', import.meta.url)));
