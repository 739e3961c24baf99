import pino from 'pino';

export type Logger = pino.Logger;

/** One JSON line for each thing that happened. Payloads and secrets never reach it: callers pass named fields only. */
export function createLogger(level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}
