import pino from 'pino';

export type Logger = pino.Logger;

/** Makes a log of JSON lines. Callers pass named fields only, so that no payload or secret gets into it by accident. */
export function createLogger(level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}
