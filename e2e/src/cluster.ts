import type { Kill } from './checker.ts';
import type { Program } from './program.ts';
import { between, inRandomOrder, type Random } from './random.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';
import { pause } from './waiting.ts';

/** One process's place in the cluster; the process in it comes and goes. */
interface Seat {
  readonly name: string;
  options: ServiceOptions;
  service: Service | null;
}

export interface RenewOptions {
  /** Resolves when the requests that were sent to the address are answered. */
  readonly emptied?: (address: string) => Promise<unknown>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Processes that belong together. */
export interface Cluster {
  readonly names: readonly string[];
  /** Where the API is at the moment; empty while nobody serves it. */
  addresses(): string[];
  /** One of them, for reading. */
  address(): string;
  /** Everything that its processes have said so far, the ended ones too. */
  output(): string;
  /** Kills of processes that deliver. */
  readonly kills: readonly Kill[];
  /** SIGKILL, and a new process in its place. */
  crash(name: string): Promise<void>;
  /** Crashes everybody who delivers, at the same moment. */
  crashDeliverers(): Promise<void>;
  /**
   * Crashes one after another in rounds, each in its own random order, for so long and on a slow machine until
   * everybody's turn has come, three times where they are few. Answers how many.
   */
  crashForAWhile(random: Random, seconds: number, pauseMs: readonly [number, number]): Promise<number>;
  /** The process that is there at the moment. */
  service(name: string): Service;
  /**
   * SIGTERM, and a new process in its place, with other settings where some are given. As a balancer would, it sends
   * nobody there any more and waits for `emptied` first. Answers how the old one ended.
   */
  renew(name: string, options?: RenewOptions): ReturnType<Service['terminate']>;
}

/** Starts processes by name, all at once. */
export async function startCluster(members: Readonly<Record<string, ServiceOptions>>): Promise<Cluster> {
  const seats = Object.entries(members).map(([name, options]): Seat => ({ name, options, service: null }));
  const kills: Kill[] = [];
  const programs: Program[] = [];
  await Promise.all(seats.map(fill));

  async function fill(seat: Seat): Promise<void> {
    seat.service = await startService(seat.options);
    programs.push(seat.service.program);
  }

  function occupied(name: string): { seat: Seat; service: Service } {
    const seat = seats.find((candidate) => candidate.name === name);
    if (!seat?.service) throw new Error(`There is no process ${name} just now.`);
    return { seat, service: seat.service };
  }

  /** From the moment that a process is told to end nobody is sent to it any more. */
  function vacate(name: string): { seat: Seat; service: Service } {
    const found = occupied(name);
    found.seat.service = null;
    return found;
  }

  async function crash(name: string): Promise<void> {
    const { seat, service } = vacate(name);
    if (delivers(seat)) kills.push({ at: Date.now(), name });
    await service.kill();
    await fill(seat);
  }

  async function crashForAWhile(random: Random, seconds: number, [least, most]: readonly [number, number]) {
    const end = performance.now() + seconds * 1000;
    for (let count = 0; ; ) {
      for (const { name } of inRandomOrder(random, seats)) {
        await pause(between(random, least, most));
        if (count >= Math.max(3, seats.length) && performance.now() > end) return count;
        await crash(name);
        count += 1;
      }
    }
  }

  async function renew(
    name: string,
    { emptied, environment = {} }: RenewOptions = {},
  ): ReturnType<Service['terminate']> {
    const { seat, service } = vacate(name);
    await emptied?.(service.address);
    seat.options = { ...seat.options, environment: { ...seat.options.environment, ...environment } };
    const ending = await service.terminate();
    await fill(seat);
    return ending;
  }

  const addresses = () =>
    seats.flatMap(({ service, options }) => (service && options.roles !== 'worker' ? [service.address] : []));

  return {
    names: seats.map(({ name }) => name),
    kills,
    addresses,
    output: () => programs.flatMap(({ lines, errors }) => [...lines, errors()]).join('\n'),
    address() {
      const [first] = addresses();
      if (first === undefined) throw new Error('Nobody serves the API just now.');
      return first;
    },
    service: (name) => occupied(name).service,
    crash,
    async crashDeliverers() {
      await Promise.all(seats.filter(delivers).map(({ name }) => crash(name)));
    },
    crashForAWhile,
    renew,
  };
}

function delivers({ options }: Seat): boolean {
  return options.roles !== 'api';
}
