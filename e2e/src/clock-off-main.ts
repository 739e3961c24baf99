/** Imported by a process before anything else, it shifts that process's clock by CLOCK_OFF_MS. */
const offMs = Number(process.env.CLOCK_OFF_MS);
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...parts: [] | ConstructorParameters<DateConstructor>) {
    if (parts.length === 0) super(RealDate.now() + offMs);
    else super(...parts);
  }

  static override now(): number {
    return RealDate.now() + offMs;
  }
}

Object.assign(globalThis, { Date: ShiftedDate });
