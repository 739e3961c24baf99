/** The `sluice` command. */
import { explain } from './cli/failures.ts';
import { createProgram } from './cli/program.ts';

// The reader of the output may stop reading: `sluice events list | head -1`.
process.stdout.on('error', (error) => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  const { text, exitCode } = explain(error);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
