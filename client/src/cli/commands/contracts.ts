import { type Contract, contracts, getContract, preview } from '@sluice/contracts';
import type { Command } from 'commander';
import { UsageError } from '../failures.ts';
import { paint } from '../paint.ts';
import { print, printJson, wantsJson } from '../session.ts';
import { renderFields, renderTable } from '../table.ts';
import { longDuration } from '../text.ts';

export function addContracts(program: Command): void {
  program
    .command('contracts [name]')
    .description('the wire contracts; with a name, when each attempt would happen if the first were now')
    .action((name: string | undefined, _options: unknown, command: Command) => {
      const json = wantsJson(command);
      if (name === undefined) return json ? printJson(contracts.map(summary)) : print(listed());
      const contract = contractNamed(name);
      json ? printJson({ ...summary(contract), attempts: planned(contract) }) : print(shown(contract));
    });
}

/** @throws {UsageError} where there is none */
export function contractNamed(name: string): Contract {
  const contract = getContract(name);
  if (contract) return contract;
  throw new UsageError(
    `There is no contract "${name}"; there are ${contracts.map((each) => each.name).join(', ')}.`,
  );
}

function summary({
  name,
  title,
  description,
  headerNames,
  timeoutSeconds,
  toleranceSeconds,
  retry,
}: Contract) {
  return {
    name,
    title,
    description,
    headers: headerNames,
    timeout_seconds: timeoutSeconds,
    tolerance_seconds: toleranceSeconds,
    retries: retry.delays.length,
    jitter: retry.jitter,
  };
}

function listed(): string {
  const rows = contracts.map((contract) => [
    contract.name,
    String(contract.retry.delays.length + 1),
    longDuration(preview(contract).at(-1)?.elapsedSeconds ?? 0),
    `${contract.timeoutSeconds} s`,
    contract.description,
  ]);
  return renderTable(paint, ['CONTRACT', 'ATTEMPTS', 'OVER', 'TIMEOUT', 'WHAT'], rows);
}

function planned(contract: Contract) {
  const now = Date.now();
  return preview(contract).map(({ attempt, delaySeconds, elapsedSeconds }) => ({
    number: attempt,
    wait_seconds: delaySeconds,
    after_seconds: elapsedSeconds,
    at: new Date(now + elapsedSeconds * 1000).toISOString(),
  }));
}

function shown(contract: Contract): string {
  const { jitter } = contract.retry;
  const fields: [string, string][] = [
    ['contract', `${contract.name}: ${contract.description}`],
    ['headers', contract.headerNames.join(', ')],
    ['signed time', contract.toleranceSeconds === null ? 'none' : `within ${contract.toleranceSeconds} s`],
    ['timeout', `${contract.timeoutSeconds} s`],
    ['jitter', jitter === 0 ? 'none: the delays are exact' : `${jitter * 100} % either way`],
  ];
  const rows = planned(contract).map(({ number, wait_seconds, after_seconds, at }) => [
    String(number),
    number === 1 ? 'at once' : longDuration(wait_seconds),
    longDuration(after_seconds),
    at,
  ]);
  return `${renderFields(paint, fields)}\n${renderTable(paint, ['ATTEMPT', 'WAIT', 'SINCE THE FIRST', 'AT'], rows)}`;
}
