/** `npm run generate`: the API as the server describes it → openapi.json → src/api.gen.ts. */
import { writeFile } from 'node:fs/promises';
import { renderDocument } from './document.ts';
import { renderFunctions } from './functions.ts';
import { servedDocument } from './served.ts';

const document = await servedDocument();
await writeFile(new URL('../openapi.json', import.meta.url), renderDocument(document));
await writeFile(new URL('../src/api.gen.ts', import.meta.url), renderFunctions(document));
