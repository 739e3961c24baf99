import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { contracts } from '@sluice/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, type Place } from '../src/places.ts';
import { root } from '../src/program.ts';
import { type Language, languages, startReceiverIn } from '../src/receivers.ts';

const command = join(root, 'client/bin/sluice.mjs');

describe.each(languages)('the receiver in $name', (language: Language) => {
  describe.skipIf(language.program === undefined)('as documented', () => {
    let folder: Place;
    beforeAll(async () => {
      folder = await makeFolder();
      await language.prepare?.(language.program ?? '', folder.dataDir);
    }, 300_000);
    afterAll(() => folder.remove());

    test.each(contracts)(
      'is found sound by the doctor for $name',
      async (contract) => {
        const secret = contract.secret.format(
          crypto.getRandomValues(new Uint8Array(contract.secret.randomBytes)),
        );
        const receiver = await startReceiverIn(language, folder.dataDir, { contract: contract.name, secret });
        try {
          const args = [command, 'doctor', receiver.url, '--contract', contract.name];
          const { stdout } = await promisify(execFile)(process.execPath, args, {
            env: { PATH: process.env.PATH, SLUICE_SECRET: secret },
          });
          expect(stdout).toMatch(/\nSound: \d+ passed\. /);
        } finally {
          await receiver.stop();
        }
      },
      60_000,
    );
  });
});
