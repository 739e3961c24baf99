import type { ReactNode } from 'react';

interface Props {
  /** Term → what it is; left out where that is `undefined`. */
  readonly of: Readonly<Record<string, ReactNode>>;
  /** Whether the terms are names that programs use. */
  readonly mono?: boolean;
}

/** Terms beside what they are. */
export function Facts({ of, mono = false }: Props) {
  const facts = Object.entries(of).filter(([, value]) => value !== undefined);
  return (
    <dl className="facts">
      {facts.map(([term, value]) => (
        <div key={term} style={{ display: 'contents' }}>
          <dt className={mono ? 'mono' : undefined}>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** An id, a URL or another text that is read letter by letter. */
export function Mono({ children }: { children: ReactNode }) {
  return <span className="mono">{children}</span>;
}
